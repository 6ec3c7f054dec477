import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import type { ProcessEntry } from './processTable.ts';
import { endWindowsProcesses } from './windowsProcesses.ts';

export interface EndOptions {
  /** Time between the polite signal and the hard one. */
  readonly graceMs: number;
  /** How many looks in a row must find nothing: more than one where a look can miss a process that just forked. */
  readonly emptyLooks: number;
}

/** What the kernel itself needs to end a process after SIGKILL. Longer: it hangs in a device or is not ours. */
const hardLimitMs = 10_000;

/**
 * Ends what `find` finds, again and again until it finds nothing, and returns how many processes that were.
 * Rejects with `timeout` when processes survive even the hard signal.
 */
export async function endProcesses(
  find: () => Promise<readonly ProcessEntry[]>,
  options: EndOptions,
): Promise<number> {
  const began = performance.now();
  const asked = new Set<string>();
  for (let empty = 0, wait = 2; ; wait = Math.min(wait * 2, 100)) {
    const found = await find();
    empty = found.length === 0 ? empty + 1 : 0;
    if (empty >= options.emptyLooks) return asked.size;

    const age = performance.now() - began;
    if (age > options.graceMs + hardLimitMs) throw survivors(found);
    const fresh = found.filter(entry => !asked.has(keyOf(entry)));
    for (const entry of found) asked.add(keyOf(entry));
    if (process.platform === 'win32') await endWindows(found);
    else if (age < options.graceMs) askAtOnce(fresh);
    else for (const entry of await frozen(find, found)) asked.add(keyOf(entry));
    await pause(wait);
  }
}

/**
 * The polite signal reaches all before any of them goes on: a shell whose child was ended first would run its next
 * command.
 */
function askAtOnce(entries: readonly ProcessEntry[]): void {
  signal(entries, 'SIGSTOP');
  signal(entries, 'SIGTERM');
  signal(entries, 'SIGCONT');
}

/** Stops everything first, since a stopped process cannot fork away from under the hard signal. */
async function frozen(
  find: () => Promise<readonly ProcessEntry[]>,
  found: readonly ProcessEntry[],
): Promise<readonly ProcessEntry[]> {
  signal(found, 'SIGSTOP');
  const all = [...found, ...(await find())];
  signal(all, 'SIGKILL');
  return all;
}

function signal(entries: readonly ProcessEntry[], name: NodeJS.Signals): void {
  for (const { pid } of entries) {
    try {
      process.kill(pid, name);
    } catch {
      // Gone meanwhile, or not ours: the next look decides.
    }
  }
}

async function endWindows(entries: readonly ProcessEntry[]): Promise<void> {
  if (entries.length > 0) await endWindowsProcesses(entries.map(entry => entry.pid));
}

function keyOf(entry: ProcessEntry): string {
  return `${entry.pid} ${entry.startTime}`;
}

function survivors(entries: readonly ProcessEntry[]): DockError {
  const pids = entries.map(entry => entry.pid).join(', ');
  return new DockError('timeout', `Processes could not be ended: ${pids}.`, {
    hint: 'They may hang in a device or belong to another user. End them by hand.',
  });
}
