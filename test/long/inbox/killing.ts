import { setTimeout as pause } from 'node:timers/promises';
import type { DockClient } from '../../../src/client/dockClient.ts';
import type { Dock } from '../../host/harness.ts';
import { isGone } from '../../host/processes.ts';
import { waitFor } from '../../support/waitFor.ts';

/** Kills every host there is after some milliseconds, also in the midst of its start. */
export async function killHosts(dock: Dock, afterMs: number): Promise<string> {
  await pause(afterMs);
  const pids = await waitFor('a host', async () => {
    const found = await dock.hostPids();
    return found.length > 0 ? found : undefined;
  });
  for (const pid of pids) kill(pid);
  await waitFor('it to be gone', async () => (await Promise.all(pids.map(isGone))).every(Boolean));
  return `a host, after ${Math.round(afterMs)} ms`;
}

/** Kills the CLI of one of the running turns, if there is one. */
export async function killCli(
  dock: Dock,
  client: DockClient,
  afterMs: number,
  random: () => number,
): Promise<string | undefined> {
  await pause(afterMs);
  // What the client knows may be of a dead host, and the numbers another program's by now.
  const own = await dock.processes();
  const pids = [...client.threads.values()]
    .flatMap(({ turn }) => turn?.process?.pid ?? [])
    .filter(one => own.includes(one));
  const pid = pids[Math.floor(random() * pids.length)];
  if (pid === undefined) return undefined;
  kill(pid);
  return `a CLI, after ${Math.round(afterMs)} ms`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself just then.
  }
}
