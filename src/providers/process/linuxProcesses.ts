import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessEntry } from './processTable.ts';

/** /proc is memory: reading it synchronously is faster than the thread pool and gives a tighter snapshot. */
export function readLinuxTable(without: ReadonlySet<number> = new Set()): readonly ProcessEntry[] {
  return linuxPids().flatMap(pid => (without.has(pid) ? [] : (readLinuxEntry(pid) ?? [])));
}

export function readLinuxEntry(pid: number): ProcessEntry | undefined {
  const line = readProc(pid, 'stat');
  return line === undefined ? undefined : parseStat(line);
}

/** The environment a process was started with; undefined when it is gone or belongs to somebody else. */
export function readLinuxEnvironment(pid: number): readonly string[] | undefined {
  return readProc(pid, 'environ')?.split('\0');
}

function readProc(pid: number, name: string): string | undefined {
  try {
    // The one encoding that Node reads without buffers of 64 kB; a command's odd name may suffer, and is not looked at.
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    // That we can open nothing more says nothing about the process.
    if (isOutOfFiles(error)) throw error;
    return undefined;
  }
}

function isOutOfFiles(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

/**
 * One line of /proc/<pid>/stat; undefined for a process that has ended and waits for its parent (zombie).
 * The command name stands in parentheses and may itself hold spaces and parentheses: the last `)` ends it.
 */
export function parseStat(line: string): ProcessEntry | undefined {
  const close = line.lastIndexOf(')');
  const pid = Number.parseInt(line, 10);
  // Fields counted from 3 (state) on, as in proc_pid_stat(5).
  const fields = line.slice(close + 2).split(' ');
  const [state, ppid, group] = fields;
  const threads = fields[17];
  const startTime = fields[19];
  if (close < 0 || state === undefined || startTime === undefined || !Number.isInteger(pid)) return undefined;
  // A process whose first thread has left shows as a zombie too, but its other threads still run.
  if (state === 'X' || (state === 'Z' && Number(threads) <= 1)) return undefined;
  return { pid, ppid: Number(ppid), group: Number(group), startTime };
}

function linuxPids(): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number);
}
