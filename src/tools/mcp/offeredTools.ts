import type { Thread } from '../../contracts/thread.ts';
import type { ToolName } from '../../contracts/tools.ts';

export interface OfferedTool {
  readonly name: ToolName;
  /** For a model: what to call when. */
  readonly description: string;
}

const descriptions = {
  spawn_thread:
    'Starts a worker on a task and returns at once with its thread_id. Its result comes to you by itself when it ends; never poll for it.',
  resume_thread: 'Gives a thread its next prompt, in its own session. Returns at once.',
  send_message: 'Sends a message to a thread you started, or to the thread that started you.',
  wait_threads:
    'Waits up to 45 s for threads to end or to ask. Waiting is free, but not needed: news comes by itself.',
  list_threads: 'Lists the threads you may see.',
  get_thread: 'Says how a thread is, with its result, report and open requests.',
  read_thread: 'Reads the transcript or the whole final text of a thread.',
  answer_thread: 'Answers a question of a thread. Permissions only the person can give.',
  cancel_thread: 'Stops a thread and all below it, with every process.',
  ask: 'Asks your master and the person a question. Returns at once: end your turn, and the answer is your next message.',
  report: 'Reports your result, or your progress.',
  list_providers: 'Says which agent CLIs are ready.',
} as const satisfies Record<ToolName, string>;

const offered: Readonly<Record<Thread['role'], readonly ToolName[]>> = {
  master: [
    'spawn_thread',
    'resume_thread',
    'send_message',
    'wait_threads',
    'list_threads',
    'get_thread',
    'read_thread',
    'answer_thread',
    'cancel_thread',
    'list_providers',
    'ask',
    'report',
  ],
  worker: ['ask', 'report', 'send_message', 'list_threads', 'get_thread', 'read_thread', 'list_providers'],
};

/** The tools a role sees. What a call may do is decided by the handlers, as for every other way in. */
export function toolsOf(role: Thread['role']): readonly OfferedTool[] {
  return offered[role].map(name => ({ name, description: descriptions[name] }));
}
