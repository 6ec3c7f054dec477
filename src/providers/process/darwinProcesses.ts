import type { ProcessEntry } from './processTable.ts';
import { runTool } from './runTool.ts';

/** `lstart` is local time in the locale's words: both are fixed, or the same process would change its start time. */
const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

export async function readDarwinTable(): Promise<readonly ProcessEntry[]> {
  return parsePs(await runTool('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], environment));
}

/** Environments appear behind the command line, for own processes only, and not for the system's own programs. */
export async function readDarwinEnvironments(): Promise<ReadonlyMap<number, readonly string[]>> {
  const withEnvironments = await runTool('/bin/ps', ['-axwwE', '-o', 'pid=,command='], environment);
  const commands = await runTool('/bin/ps', ['-axww', '-o', 'pid=,command='], environment);
  return parsePsEnvironments(withEnvironments, commands);
}

export function parsePs(output: string): readonly ProcessEntry[] {
  return output.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
    const [, pid, ppid, group, state, startTime] = match ?? [];
    if (startTime === undefined || state === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), ppid: Number(ppid), group: Number(group), startTime }];
  });
}

/**
 * Words of the environment: what the first output has behind the command line of the second. A value with spaces falls
 * apart, a mark of ours has none. A process whose command line differs has just begun another program: it is left out.
 */
export function parsePsEnvironments(
  withEnvironments: string,
  commands: string,
): ReadonlyMap<number, readonly string[]> {
  const plain = parsePsLines(commands);
  const environments = new Map<number, readonly string[]>();
  for (const [pid, text] of parsePsLines(withEnvironments)) {
    const command = plain.get(pid);
    if (command === undefined || !`${text} `.startsWith(`${command} `)) continue;
    environments.set(pid, text.slice(command.length).trim().split(/\s+/));
  }
  return environments;
}

function parsePsLines(output: string): ReadonlyMap<number, string> {
  const lines = new Map<number, string>();
  for (const line of output.split('\n')) {
    const [, pid, text] = /^\s*(\d+)\s+(.*?)\s*$/.exec(line) ?? [];
    if (pid !== undefined && text !== undefined) lines.set(Number(pid), text);
  }
  return lines;
}
