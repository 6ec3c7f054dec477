import { readdirSync, readFileSync } from 'node:fs';

/** Put into the environment of what a rig starts, so that even a detached grandchild can be found and ended. */
export const rigMark = 'RIG_MARK';

/** Living processes whose environment holds the mark; an empty list where the platform hides environments. */
export function markedProcesses(mark: string): number[] {
  const wanted = `${rigMark}=${mark}`;
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
      .filter(pid => pid !== process.pid && environmentOf(pid).includes(wanted));
  } catch {
    return [];
  }
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

export function killMarked(mark: string): void {
  for (const pid of markedProcesses(mark)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended since.
    }
  }
}
