import { setTimeout as pause } from 'node:timers/promises';
import { isGone } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';
import { hostPids } from '../ui/hostPids.ts';

export interface DisturbOptions {
  readonly workspace: string;
  readonly random: () => number;
  readonly count: number;
  /** Longest time from a sign of life to the next one. */
  readonly longestMs: number;
  /** Rises as the agents work: CLIs that take long to start would else see nothing but their starts. */
  readonly life: () => number;
  readonly reload: () => Promise<void>;
  readonly isOver: () => boolean;
  readonly tell: (line: string) => void;
}

/** Kills the host, or reloads the window, at moments of chance until it was done often enough or there is no need. */
export async function disturb(options: DisturbOptions): Promise<void> {
  const { workspace, random, count, longestMs, life, reload, isOver, tell } = options;
  for (let done = 0; done < count; done += 1) {
    const delay = Math.round(random() * longestMs);
    const isReload = random() < 0.35;
    const isHasty = random() < 0.3;
    const before = life();
    if (!isHasty)
      await waitFor('the agents to work', () => isOver() || life() > before, { timeoutMs: 300_000 });
    await pause(delay);
    if (isOver()) return;
    if (isReload) await reload();
    else await killHosts(workspace);
    tell(`${isReload ? 'window reloaded' : 'host killed'} after ${delay} ms`);
  }
}

/** All there are: one may be just about to start. */
async function killHosts(workspace: string): Promise<void> {
  const pids = await hostPids(workspace);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself: it only looked whether it is needed.
    }
  }
  await waitFor('the host to be gone', async () => (await Promise.all(pids.map(isGone))).every(Boolean));
}
