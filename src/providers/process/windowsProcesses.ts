import * as z from 'zod';
import type { ProcessEntry } from './processTable.ts';
import { runTool } from './runTool.ts';
import { withoutFalseParents } from './tree.ts';

/** UTC with seven decimals: two start times compare as text. A few system processes have none. */
const script = [
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8;',
  'ConvertTo-Json -Compress @(Get-CimInstance Win32_Process -Property ProcessId,ParentProcessId,CreationDate |',
  'Where-Object { $_.CreationDate } | ForEach-Object { @{ pid = $_.ProcessId; ppid = $_.ParentProcessId;',
  "start = $_.CreationDate.ToUniversalTime().ToString('o') } })",
].join(' ');

const rowSchema = z.object({ pid: z.number().int(), ppid: z.number().int(), start: z.string() });
/** PowerShell writes a list of one as the object itself. */
const rowsSchema = z.union([z.array(rowSchema), rowSchema.transform(row => [row])]);

export async function readWindowsTable(): Promise<readonly ProcessEntry[]> {
  const output = await runTool('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script]);
  return withoutFalseParents(parseCimProcesses(output));
}

export function parseCimProcesses(output: string): readonly ProcessEntry[] {
  const json: unknown = JSON.parse(output.replace(/^\uFEFF/, ''));
  return rowsSchema.parse(json).map(row => ({ pid: row.pid, ppid: row.ppid, startTime: row.start }));
}

/** There is no polite signal for a console program: `/F` ends it, `/T` takes what it started. */
export function taskkillArguments(pids: readonly number[]): readonly string[] {
  return ['/F', '/T', ...pids.flatMap(pid => ['/PID', String(pid)])];
}

/** A process that ended by itself meanwhile makes taskkill fail: not an error, the next look decides. */
export async function endWindowsProcesses(pids: readonly number[]): Promise<void> {
  await runTool('taskkill.exe', taskkillArguments(pids)).catch(() => undefined);
}
