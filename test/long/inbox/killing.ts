import { setTimeout as pause } from 'node:timers/promises';
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

/** Kills one of the processes that work for the host, if there is one. */
export async function killCli(dock: Dock, afterMs: number, random: () => number): Promise<string> {
  await pause(afterMs);
  const hosts = await dock.hostPids();
  const others = (await dock.processes()).filter(pid => !hosts.includes(pid));
  const pid = others[Math.floor(random() * others.length)];
  if (pid === undefined) return 'nothing: no CLI ran';
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
