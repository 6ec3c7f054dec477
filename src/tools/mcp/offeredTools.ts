import type { ToolAnnotations } from '@modelcontextprotocol/server';
import type { Thread } from '../../contracts/thread.ts';
import type { ToolName } from '../../contracts/tools.ts';
import { newsWords, type Wake } from './newsWords.ts';

export interface OfferedTool {
  readonly name: ToolName;
  /** For a model: what to call when. */
  readonly description: string;
  /** Clients run several at once of those that change nothing, and ask more before those that destroy. */
  readonly annotations: ToolAnnotations;
}

const descriptions = {
  spawn_thread:
    'Starts a worker on a task of its own and returns at once with its thread_id. Never refused for load: it waits ' +
    'for a free slot.',
  resume_thread:
    'Gives a thread below you its next prompt, in its own session: it knows what it did before. Use it for ' +
    'corrections and follow-ups rather than starting a new thread. On a busy thread it waits for the turn’s end.',
  send_message:
    'Sends a message to a thread below you, or to the thread that started you. A thread at rest starts a turn for it.',
  wait_threads:
    'Waits up to 45 s until threads end or ask, and returns what is new and a cursor for the next call.',
  list_threads: 'Lists the threads below you and yourself, newest first: state, task and open requests.',
  get_thread:
    'Says how one thread is: state, result and report (each cut after 4000 characters), what AgentDock saw it do, open requests.',
  read_thread:
    'Reads the whole report and final text of a thread (view `result`), or its transcript, page by page. Readable for ever.',
  answer_thread:
    'Answers a question of a thread below you. A permission only the person can give: leave it, the person sees it too.',
  cancel_thread: 'Stops a thread and all below it, with every process. What it changed in files stays.',
  ask:
    'Asks a question that you cannot decide yourself; the one that started you and the person see it. Returns at ' +
    'once: do what does not need the answer, then end your turn. The answer is your next message.',
  report:
    'Hands in your result, once, before you end your task: summary, outcome, files, checks. Or tells your progress.',
  list_providers: 'Says which agent CLIs are installed and ready, and what each permission mode does there.',
} as const satisfies Partial<Record<ToolName, string>>;

type OfferedName = keyof typeof descriptions;

const readOnly: ReadonlySet<ToolName> = new Set([
  'wait_threads',
  'list_threads',
  'get_thread',
  'read_thread',
  'list_providers',
]);

const offered: Readonly<Record<Thread['role'], readonly OfferedName[]>> = {
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
export function toolsOf(role: Thread['role'], wake: Wake): readonly OfferedTool[] {
  return offered[role].map(name => ({
    name,
    description: [descriptions[name], ...moreOf(name, newsWords[wake])].join(' '),
    annotations: {
      readOnlyHint: readOnly.has(name),
      destructiveHint: name === 'cancel_thread',
      openWorldHint: false,
    },
  }));
}

function moreOf(name: ToolName, { afterSpawn, whenToWait }: (typeof newsWords)[Wake]): readonly string[] {
  if (name === 'spawn_thread') return [afterSpawn];
  return name === 'wait_threads' ? [whenToWait] : [];
}
