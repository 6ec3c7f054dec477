import { readFile } from 'node:fs/promises';
import { isWindowSignature, type Nonces } from '../core/proof.ts';
import { windowKeyFile } from '../core/windowKeyFolder.ts';
import { ancestry } from '../providers/process/ancestry.ts';
import { readProcessTable } from '../providers/process/processTable.ts';
import { readEnvironments } from '../providers/process/readEnvironment.ts';
import type { Caller } from '../tools/toolContext.ts';
import { callerOf, type Declared, type KnownThreads, type LineProcess } from './callerOf.ts';

export interface Introduction extends Declared {
  readonly pid: number;
  readonly window: { readonly key: string; readonly signature: string } | undefined;
}

/** Who stands behind a connection: the person if a window of theirs signed, else what the line of its processes says. */
export async function identifyCaller(
  introduction: Introduction,
  nonces: Nonces,
  userFolder: string,
  threads: KnownThreads,
): Promise<Caller> {
  if (introduction.window !== undefined && (await isKnownWindow(introduction.window, nonces, userFolder))) {
    return { kind: 'person' };
  }
  return callerOf(await lineOf(introduction.pid), introduction, threads);
}

async function isKnownWindow(
  window: { readonly key: string; readonly signature: string },
  nonces: Nonces,
  userFolder: string,
): Promise<boolean> {
  const listed = await readFile(windowKeyFile(userFolder, window.key), 'utf8').catch(() => undefined);
  return listed?.trim() === window.key.trim() && isWindowSignature(window.signature, window.key, nonces);
}

/** The process and those above it, nearest first; empty when it is gone or not ours to look at. */
async function lineOf(pid: number): Promise<readonly LineProcess[]> {
  const entries = ancestry(pid, await readProcessTable());
  const environments = await readEnvironments(entries.map(entry => entry.pid));
  // Linux hides what belongs to somebody else, who cannot open the host's socket: then the pid is not the caller's. It also
  // hides a process that may not be dumped: what cannot be looked at is no person's line.
  if (process.platform === 'linux' && environments[0] === undefined) return [];
  return entries.map((entry, index) => ({
    pid: entry.pid,
    start_time: entry.startTime,
    environment: environments[index],
  }));
}
