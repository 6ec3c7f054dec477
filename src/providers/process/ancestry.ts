import type { ProcessEntry } from './processTable.ts';

/** The process and those above it, nearest first; empty when it is gone. */
export function ancestry(pid: number, table: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const byPid = new Map(table.map(entry => [entry.pid, entry]));
  const line: ProcessEntry[] = [];
  for (let at = byPid.get(pid); at !== undefined && !line.includes(at); at = byPid.get(at.ppid))
    line.push(at);
  return line;
}
