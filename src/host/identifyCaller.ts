import { readFile } from 'node:fs/promises';
import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { agentMarks, threadMark } from '../core/agentMarks.ts';
import { isWindowSignature, type Nonces } from '../core/proof.ts';
import { windowKeyFile } from '../core/windowKeyFolder.ts';
import { type ProcessEntry, readProcessTable } from '../providers/process/processTable.ts';
import { readEnvironment } from '../providers/process/readEnvironment.ts';
import type { Caller } from '../tools/toolContext.ts';

export interface Introduction {
  readonly pid: number;
  readonly marks: readonly string[];
  readonly thread: ThreadId | undefined;
  readonly window: { readonly key: string; readonly signature: string } | undefined;
}

export interface KnownThreads {
  readonly all: ReadonlyMap<ThreadId, Thread>;
  /** Those not at rest: only they have processes. */
  readonly active: ReadonlyMap<ThreadId, Thread>;
}

/**
 * Who stands behind a connection: the person if a window of theirs signed, or if neither the process nor an ancestor
 * of it carries the mark of an agent or belongs to a thread; else an agent, of one of our threads where that shows.
 */
export async function identifyCaller(
  introduction: Introduction,
  nonces: Nonces,
  userFolder: string,
  { all, active }: KnownThreads,
): Promise<Caller> {
  if (introduction.window !== undefined && (await isKnownWindow(introduction.window, nonces, userFolder))) {
    return { kind: 'person' };
  }
  const own = known(introduction.thread, all);
  if (introduction.marks.length > 0)
    return agent(`${introduction.marks[0]} marks the caller as an agent`, own);

  const line = ancestry(introduction.pid, await readProcessTable());
  if (line.length === 0) return agent('the calling process cannot be looked at', own);
  for (const pid of line) {
    const environment = await readEnvironment(pid);
    const mark = environment === undefined ? undefined : agentMarks(environment)[0];
    if (mark !== undefined) {
      return agent(
        `${mark} marks a process above the caller as an agent`,
        known(environment?.[threadMark], all),
      );
    }
    const thread = threadOfProcess(pid, active);
    if (thread !== undefined) return agent('the caller runs inside a thread', thread.id);
  }
  return { kind: 'person' };
}

function agent(why: string, thread: ThreadId | undefined): Caller {
  return thread === undefined ? { kind: 'agent', why } : { kind: 'agent', thread, why };
}

function known(id: string | undefined, threads: ReadonlyMap<ThreadId, Thread>): ThreadId | undefined {
  return id !== undefined && threads.has(id) ? id : undefined;
}

async function isKnownWindow(
  window: { readonly key: string; readonly signature: string },
  nonces: Nonces,
  userFolder: string,
): Promise<boolean> {
  const listed = await readFile(windowKeyFile(userFolder, window.key), 'utf8').catch(() => undefined);
  return listed?.trim() === window.key.trim() && isWindowSignature(window.signature, window.key, nonces);
}

/** The process and those above it, nearest first; empty when it is gone. */
function ancestry(pid: number, table: readonly ProcessEntry[]): readonly number[] {
  const byPid = new Map(table.map(entry => [entry.pid, entry]));
  const line: number[] = [];
  for (let at = byPid.get(pid); at !== undefined && !line.includes(at.pid); at = byPid.get(at.ppid)) {
    line.push(at.pid);
  }
  return line;
}

function threadOfProcess(pid: number, threads: ReadonlyMap<ThreadId, Thread>): Thread | undefined {
  for (const thread of threads.values()) {
    if (thread.turn?.process?.pid === pid) return thread;
  }
  return undefined;
}
