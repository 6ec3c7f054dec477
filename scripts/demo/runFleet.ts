import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { followUp, tasks } from './tasks.ts';

export interface FleetLine {
  readonly thread: ThreadId;
  readonly provider: string;
  readonly task: string;
  readonly state: string;
  readonly session: string;
  readonly seconds: number;
  readonly turns: number;
  readonly result: string;
  /** Of a resumed worker: what it was before. */
  readonly before?: { readonly session: string; readonly turns: number };
}

/** Spawns one worker on each provider, resumes the first, and waits for all. Says each change of state. */
export async function runFleet(
  client: DockClient,
  say: (line: string) => void,
): Promise<readonly FleetLine[]> {
  const begin = Date.now();
  const states = new Map<ThreadId, string>();
  const stop = client.onDidChangeThreads(changed => {
    for (const { id, task_name, provider, state } of changed) {
      if (states.get(id) === state) continue;
      states.set(id, state);
      say(`${seconds(begin).toFixed(1).padStart(6)} s  ${provider.padEnd(11)}  ${task_name}: ${state}`);
    }
  });
  const times = new Map<ThreadId, number>();
  const ids = await Promise.all(
    tasks.map(async ({ provider, taskName, prompt }) => {
      const { thread_id } = await client.call('spawn_thread', {
        task_name: taskName,
        provider,
        prompt,
        permission_mode: 'edit',
      });
      waitUntilRest(client, [thread_id]).then(
        () => times.set(thread_id, seconds(begin)),
        // The wait for all says it.
        () => undefined,
      );
      return thread_id;
    }),
  );
  await waitUntilRest(client, ids);
  const lines = () => Promise.all(ids.map(id => lineOf(client, id, times.get(id) ?? seconds(begin))));
  const [before] = await lines();
  if (before === undefined) return [];
  say('Resuming the first worker in its own session …');
  const resumed = Date.now();
  await client.call('resume_thread', { thread_id: before.thread, additional_prompt: followUp });
  await waitUntilRest(client, [before.thread]);
  times.set(before.thread, before.seconds + seconds(resumed));
  stop();
  const [after, ...others] = await lines();
  return after === undefined ? [] : [{ ...after, before }, ...others];
}

async function waitUntilRest(client: DockClient, ids: readonly ThreadId[]): Promise<void> {
  for (;;) {
    const reply = await client.call('wait_threads', { thread_ids: [...ids], until: 'all' });
    if (reply.still_running.length === 0) return;
  }
}

async function lineOf(client: DockClient, thread_id: ThreadId, took: number): Promise<FleetLine> {
  const { thread } = await client.call('get_thread', { thread_id });
  return {
    thread: thread_id,
    provider: thread.provider,
    task: thread.task_name,
    state: thread.state,
    session: thread.session_id ?? '-',
    seconds: took,
    turns: thread.turns_ended,
    result:
      thread.error === undefined ? (thread.result ?? '') : `${thread.error.message} (${thread.error.code})`,
  };
}

function seconds(since: number): number {
  return (Date.now() - since) / 1000;
}
