import { folderMark, hostMark, threadMark } from '../../core/agentMarks.ts';
import { endProcesses } from './endProcesses.ts';
import {
  type ProcessEntry,
  type ProcessName,
  readNewcomers,
  readProcessTable,
  withEnvironmentEntry,
} from './processTable.ts';
import { treeRoots, windowsTreeRoots, withDescendants } from './tree.ts';

const defaultGraceMs = 2_000;

/** Of one look; where others start processes all the time there would be no end. */
const mostRounds = 50;

/**
 * Ends a process and all it started, children in sessions of their own included; resolves when they are gone.
 * What had left the tree before (its parent ended) is found by its mark only: see `endMarked`.
 */
export async function endTree(ref: ProcessName, options: { readonly graceMs?: number } = {}): Promise<void> {
  const known = new Map<number, string>();
  const find = async (): Promise<readonly ProcessEntry[]> => {
    const table = await readProcessTable();
    // A child of a member that ended meanwhile has another parent now, so members once seen stay roots.
    const seen = table.filter(entry => known.get(entry.pid) === entry.startTime);
    const members = withDescendants(
      table,
      [...rootsOf(table, ref, known.has(ref.pid)), ...seen],
      process.pid,
    );
    for (const { pid, startTime } of members) known.set(pid, startTime);
    return members;
  };
  await endProcesses(find, { graceMs: options.graceMs ?? defaultGraceMs, emptyLooks: 1 });
}

/** Ends every process that carries the thread's mark, and their children; returns how many. Never our own process. */
export async function endMarked(
  threadId: string,
  options: { readonly graceMs?: number } = {},
): Promise<number> {
  return endWithEntry(`${threadMark}=${threadId}`, options.graceMs ?? defaultGraceMs);
}

/** The same for the shared servers of one host. */
export async function endMarkedHost(
  nonce: string,
  options: { readonly graceMs?: number } = {},
): Promise<number> {
  return endWithEntry(`${hostMark}=${nonce}`, options.graceMs ?? defaultGraceMs);
}

/** The same for all that the hosts of one user and folder have started. */
export async function endMarkedFolder(name: string): Promise<number> {
  return endWithEntry(`${folderMark}=${name}`, defaultGraceMs);
}

/** Ends those of `entries` that still live, and their children; returns how many. */
export async function endEntries(entries: readonly ProcessEntry[]): Promise<number> {
  const known = new Map(entries.map(entry => [entry.pid, entry.startTime]));
  const find = async (): Promise<readonly ProcessEntry[]> => {
    const table = await readProcessTable();
    const living = table.filter(entry => known.get(entry.pid) === entry.startTime);
    return withDescendants(table, living, process.pid);
  };
  return endProcesses(find, { graceMs: defaultGraceMs, emptyLooks: 1 });
}

/** Ends those of `entries` that are not below the process (any more), and their children; returns how many. */
export async function endStrays(ref: ProcessName, entries: readonly ProcessEntry[]): Promise<number> {
  if (entries.length === 0) return 0;
  const table = await readProcessTable();
  const root = table.filter(entry => entry.pid === ref.pid && entry.startTime === ref.start_time);
  const tree = new Set(withDescendants(table, root, process.pid).map(({ pid }) => pid));
  return endEntries(entries.filter(({ pid }) => !tree.has(pid)));
}

async function endWithEntry(entry: string, graceMs: number): Promise<number> {
  return endProcesses(() => lookForEntry(entry), { graceMs, emptyLooks: 3 });
}

/**
 * A process that forks and ends between two reads of one look shows neither itself nor its child, so the look goes on
 * with the newcomers until there are none.
 */
async function lookForEntry(entry: string): Promise<readonly ProcessEntry[]> {
  const seen: ProcessEntry[] = [];
  const marked: ProcessEntry[] = [];
  let fresh = await readProcessTable();
  for (let rounds = 0; fresh.length > 0 && rounds < mostRounds; rounds += 1) {
    seen.push(...fresh);
    marked.push(...(await withEnvironmentEntry(fresh, entry)));
    fresh = await readNewcomers(seen);
  }
  return withDescendants(seen, marked, process.pid);
}

function rootsOf(
  table: readonly ProcessEntry[],
  ref: ProcessName,
  seenAlive: boolean,
): readonly ProcessEntry[] {
  return process.platform === 'win32' ? windowsTreeRoots(table, ref) : treeRoots(table, ref, seenAlive);
}
