import type { ToolName } from '../contracts/tools.ts';

export interface OutsideTool {
  readonly name: ToolName;
  /** For a model: what to call when. */
  readonly description: string;
  /** Whether it changes nothing, so that nobody need be asked before. */
  readonly readOnly: boolean;
  /** Whether it takes an idempotency key; its schema says so too, which windows start without. */
  readonly takesKey: boolean;
}

/**
 * What a master gets that is no thread of ours, such as VS Code's own agent. It has no inbox: nothing comes to it by
 * itself, so it is told to wait, and `ask` and `report` have nobody to reach.
 */
export const outsideTools = [
  {
    name: 'spawn_thread',
    description:
      'Starts a coding agent (Codex, Claude Code or OpenCode) on a task of its own in this workspace and returns at ' +
      'once with its thread_id. It knows nothing of your conversation: put all it needs into the prompt. Several run in ' +
      'parallel; give them separate files. Never refused for load: it waits for a free slot. Then call wait_threads.',
    readOnly: false,
    takesKey: true,
  },
  {
    name: 'resume_thread',
    description:
      'Gives a thread its next prompt, in its own session: it knows what it did before. Use it for corrections and ' +
      'follow-ups rather than starting a new thread. On a busy thread it waits for the end of the turn.',
    readOnly: false,
    takesKey: true,
  },
  {
    name: 'send_message',
    description: 'Sends a message to a thread. A thread at rest starts a turn for it.',
    readOnly: false,
    takesKey: true,
  },
  {
    name: 'wait_threads',
    description:
      'Waits up to 45 s until threads end or ask something, and returns what is new and a cursor for the next call. ' +
      'Waiting is free: call it again with its cursor until all you wait for have ended. Nothing else needs polling.',
    readOnly: true,
    takesKey: false,
  },
  {
    name: 'list_threads',
    description: 'Lists the threads of this workspace, newest first: state, task and open requests.',
    readOnly: true,
    takesKey: false,
  },
  {
    name: 'get_thread',
    description:
      'Says how one thread is: state, result and report (each cut after 4000 characters), what it was seen to do, open requests.',
    readOnly: true,
    takesKey: false,
  },
  {
    name: 'read_thread',
    description:
      'Reads the whole report and final text of a thread (view `result`), or its transcript, page by page.',
    readOnly: true,
    takesKey: false,
  },
  {
    name: 'answer_thread',
    description:
      'Answers a question of a thread. A permission only the person can give: leave it, the person sees it too.',
    readOnly: false,
    takesKey: false,
  },
  {
    name: 'cancel_thread',
    description: 'Stops a thread and all below it, with every process. What it changed in files stays.',
    readOnly: false,
    takesKey: false,
  },
  {
    name: 'list_providers',
    description:
      'Says which agent CLIs are installed and ready, and what each permission mode does there. Call it before the ' +
      'first spawn_thread.',
    readOnly: true,
    takesKey: false,
  },
] as const satisfies readonly OutsideTool[];

/** Whether a repeat of the call with its key does nothing new. */
export function takesKey(tool: string): boolean {
  return outsideTools.some(one => one.name === tool && one.takesKey);
}

/** Whether the call changes nothing. */
export function onlyLooks(tool: string): boolean {
  return outsideTools.some(one => one.name === tool && one.readOnly);
}
