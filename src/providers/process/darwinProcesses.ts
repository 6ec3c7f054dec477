import type { ProcessEntry } from './processTable.ts';
import { runTool } from './runTool.ts';

/** `lstart` is local time in the locale's words: both are fixed, or the same process would change its start time. */
const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

export async function readDarwinTable(): Promise<readonly ProcessEntry[]> {
  return parsePs(await runTool('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], environment));
}

/** Environments appear behind the command line, for own processes only. */
export async function readDarwinEnvironments(): Promise<ReadonlyMap<number, readonly string[]>> {
  return parsePsEnvironments(await runTool('/bin/ps', ['-axwwE', '-o', 'pid=,command='], environment));
}

export function parsePs(output: string): readonly ProcessEntry[] {
  return output.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
    const [, pid, ppid, group, state, startTime] = match ?? [];
    if (startTime === undefined || state === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), ppid: Number(ppid), group: Number(group), startTime }];
  });
}

/** Words of the command line and of the environment; a value with spaces falls apart, a mark of ours has none. */
export function parsePsEnvironments(output: string): ReadonlyMap<number, readonly string[]> {
  const environments = new Map<number, readonly string[]>();
  for (const line of output.split('\n')) {
    const [, pid, words] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid !== undefined && words !== undefined) environments.set(Number(pid), words.split(/\s+/));
  }
  return environments;
}
