import { join } from 'node:path';
import { connect } from '../../src/client/connect.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import { startHost } from '../../src/client/startHost.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { version } from '../../src/core/version.ts';
import { projectRoot } from '../../test/rigs/projectRoot.ts';
import type { DemoWorld } from './demoWorld.ts';
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
}

/** A client of the demo workspace's host; starts the host from the built bundle. */
export function connectToDemo({ workspace, env }: Pick<DemoWorld, 'workspace' | 'env'>): DockClient {
  const hostScript = join(projectRoot, 'dist', 'host.js');
  return connect({
    workspace,
    kind: 'cli',
    version,
    startHost: () => startHost({ hostScript, workspace, environment: env }),
  });
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
      void waitUntilRest(client, [thread_id]).then(() => times.set(thread_id, seconds(begin)));
      return thread_id;
    }),
  );
  await waitUntilRest(client, ids);
  const [first] = ids;
  if (first !== undefined) {
    say('Resuming the first worker in its own session …');
    const resumed = Date.now();
    await client.call('resume_thread', { thread_id: first, additional_prompt: followUp });
    await waitUntilRest(client, [first]);
    times.set(first, (times.get(first) ?? 0) + seconds(resumed));
  }
  stop();
  return Promise.all(ids.map(id => lineOf(client, id, times.get(id) ?? seconds(begin))));
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
