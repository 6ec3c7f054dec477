import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import { readDarwinEnvironments, readDarwinTable } from './darwinProcesses.ts';
import { readLinuxEntry, readLinuxEnvironment, readLinuxTable } from './linuxProcesses.ts';
import { readWindowsTable } from './windowsProcesses.ts';

/** A living process. `startTime` is the platform's own text; with the pid it names one process for ever. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly startTime: string;
  /** Process group; absent on Windows. */
  readonly group?: number;
}

/** A process as it is kept on disk; a `ProcessRef` is one. */
export interface ProcessName {
  readonly pid: number;
  readonly start_time: string;
}

export async function readProcessTable(): Promise<readonly ProcessEntry[]> {
  return await looking(() => {
    if (process.platform === 'linux') return readLinuxTable();
    return process.platform === 'win32' ? readWindowsTable() : readDarwinTable();
  });
}

/**
 * Those that came after `seen` was read. Only where looking starts no process itself: elsewhere there would always be one
 * more, and the answer is none.
 */
export async function readNewcomers(seen: readonly ProcessEntry[]): Promise<readonly ProcessEntry[]> {
  if (process.platform !== 'linux') return [];
  return readLinuxTable(new Set(seen.map(({ pid }) => pid)));
}

/** Undefined: no such process. One that has ended but waits for its parent (zombie) counts as gone. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return (await looking(() => readLinuxEntry(pid)))?.startTime;
  return (await readProcessTable()).find(entry => entry.pid === pid)?.startTime;
}

async function looking<Seen>(look: () => Seen | Promise<Seen>): Promise<Seen> {
  try {
    return await look();
  } catch (cause) {
    throw new DockError('unknown', 'The processes of this machine could not be looked at.', {
      hint: 'It may be overloaded, or out of processes or open files. Make room, then resume the thread.',
      retryable: true,
      cause,
    });
  }
}

export async function isAlive(ref: ProcessName): Promise<boolean> {
  return (await startTimeOf(ref.pid)) === ref.start_time;
}

/** Those of `table` whose environment holds `entry` (`NAME=value`) exactly. Windows hides environments: none. */
export async function withEnvironmentEntry(
  table: readonly ProcessEntry[],
  entry: string,
): Promise<readonly ProcessEntry[]> {
  if (process.platform === 'linux') {
    const { found, unclear } = splitByEnvironment(table, entry);
    if (unclear.length === 0) return found;
    // In the middle of an exec the environment looks empty.
    await pause(execPauseMs);
    return [...found, ...splitByEnvironment(unclear, entry).found];
  }
  if (process.platform === 'win32') return [];
  const environments = await readDarwinEnvironments();
  return table.filter(({ pid }) => environments.get(pid)?.includes(entry));
}

/** Longer than an exec takes between the old environment and the new one. */
const execPauseMs = 5;

function splitByEnvironment(table: readonly ProcessEntry[], entry: string) {
  const found: ProcessEntry[] = [];
  const unclear: ProcessEntry[] = [];
  for (const process of table) {
    const environment = readLinuxEnvironment(process.pid);
    if (environment?.includes(entry)) found.push(process);
    // Threads of the kernel never have one.
    else if (environment?.join('') === '' && process.pid !== 2 && process.ppid !== 2) unclear.push(process);
  }
  return { found, unclear };
}
