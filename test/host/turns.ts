import type { DockClient } from '../../src/client/dockClient.ts';
import type { HistoryEvent } from '../../src/contracts/agentEvent.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Thread, ThreadState } from '../../src/contracts/thread.ts';
import type { ToolArgs, ToolOutput } from '../../src/contracts/tools.ts';
import { waitFor } from '../support/waitFor.ts';

/** The providers whose CLIs are real here. */
export const providers = ['codex', 'claude_code', 'opencode'] as const;
export type RealProvider = (typeof providers)[number];

/** A prompt that the scripted model plays; see test/models/README.md. */
export function script(...steps: readonly string[]): string {
  return ['Do this task.', '<<script', ...steps, 'script>>', ''].join('\n');
}

type SpawnArgs = Partial<ToolArgs<'spawn_thread'>> & Pick<ToolArgs<'spawn_thread'>, 'provider' | 'prompt'>;

/** Starts a thread that may do all it is told. */
export async function spawnThread(client: DockClient, args: SpawnArgs): Promise<ThreadId> {
  const full = { task_name: `${args.provider} task`, permission_mode: 'full' as const, ...args };
  const { thread_id } = await client.call('spawn_thread', full);
  return thread_id;
}

export type ThreadDetail = ToolOutput<'get_thread'>['thread'];

/** The thread once it is at rest. */
export async function atRest(client: DockClient, thread_id: ThreadId): Promise<ThreadDetail> {
  for (let cursor: string | undefined; ; ) {
    const known = cursor === undefined ? {} : { cursor };
    const reply = await client.call('wait_threads', { thread_ids: [thread_id], until: 'all', ...known });
    if (reply.still_running.length === 0) return (await client.call('get_thread', { thread_id })).thread;
    cursor = reply.cursor;
  }
}

/** The next turn of the thread, to its end. */
export async function resumeToEnd(
  client: DockClient,
  thread_id: ThreadId,
  prompt: string,
): Promise<ThreadDetail> {
  await client.call('resume_thread', { thread_id, additional_prompt: prompt });
  return atRest(client, thread_id);
}

/** The thread as the client follows it, once it is in that state. */
export async function inState(client: DockClient, id: ThreadId, state: ThreadState): Promise<Thread> {
  const probe = () => {
    const thread = client.threads.get(id);
    return thread?.state === state ? thread : undefined;
  };
  return waitFor(`${id} to be ${state}`, probe);
}

/** All events of a thread's record. */
export async function historyOf(client: DockClient, thread_id: ThreadId): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for (let cursor = 0; ; ) {
    const page = await client.call('read_thread', { thread_id, cursor, limit: 1000 });
    events.push(...page.events);
    if (!page.more) return events;
    cursor = page.cursor;
  }
}

/** Numbers rise by at least one, and each turn has exactly one end. */
export function endedTurns(events: readonly HistoryEvent[]): readonly string[] {
  return events.flatMap(event => (event.type === 'turn.ended' ? [String(event.turn_id)] : []));
}

/** A person who says no to every permission that is asked for, until stopped. */
export function denyPermissions(client: DockClient, reason: string): () => void {
  const answered = new Set<string>();
  const answer = (thread: Thread) => {
    for (const { id, kind } of thread.requests) {
      if (kind !== 'permission' || answered.has(id)) continue;
      answered.add(id);
      const args = { thread_id: thread.id, request_id: id, decision: 'deny' as const, reason };
      // The turn may have ended, or the host: then nobody waits for it.
      client.call('answer_thread', args).catch(() => answered.delete(id));
    }
  };
  for (const thread of client.threads.values()) answer(thread);
  return client.onDidChangeThreads(changed => changed.forEach(answer));
}
