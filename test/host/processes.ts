import { readFileSync } from 'node:fs';
import {
  readProcessTable,
  startTimeOf,
  withEnvironmentEntry,
} from '../../src/providers/process/processTable.ts';
import { waitFor } from '../support/waitFor.ts';

export function environmentEntry(name: string, value: string): string {
  return `${name}=${value}`;
}

/** Living processes with this entry in their environment. */
export async function processesWith(entry: string): Promise<readonly number[]> {
  const found = await withEnvironmentEntry(await readProcessTable(), entry);
  return found.map(({ pid }) => pid).filter(pid => pid !== process.pid);
}

export async function isGone(pid: number): Promise<boolean> {
  return (await startTimeOf(pid)) === undefined;
}

export function endGently(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // Gone by itself.
  }
}

/** Ends what a failed test left, so that it does not disturb the next one. */
export async function endAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  }
  await waitFor('killed processes to end', async () => (await Promise.all(pids.map(isGone))).every(Boolean));
}

/** What the process was started as. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '(gone)';
  }
}

/** The same for a failed assertion's text. */
export function shortCommandLine(pid: number): string {
  return commandLineOf(pid).slice(0, 200);
}
