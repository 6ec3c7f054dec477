import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { filtersOff } from '../git/filtersOff.ts';
import { git } from '../git/git.ts';
import { submodulesIn } from '../git/submodules.ts';

/** The changed files of a repository at one moment. */
export interface GitSnapshot {
  /** Undefined before the first commit. */
  readonly head: string | undefined;
  /** Paths that differ from the head or are new, relative to the workspace, with what tells one version from another. */
  readonly changed: ReadonlyMap<string, string>;
  /** The repositories inside it, by their folder. */
  readonly submodules: ReadonlyMap<string, GitSnapshot>;
}

/** A large repository must not hold up a turn. */
const limitMs = 3_000;
const deepestSubmodule = 3;
/** Submodules are looked at apart: git would let the programs of their configuration run. */
const listing = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=all'];

/** Undefined where there is no git, no repository, or one that takes too long. */
export async function lookAtGit(workspace: string): Promise<GitSnapshot | undefined> {
  return lookInto(workspace, 0, AbortSignal.timeout(limitMs)).catch(() => undefined);
}

async function lookInto(folder: string, depth: number, signal: AbortSignal): Promise<GitSnapshot> {
  const [off, head, prefix] = await Promise.all([
    filtersOff(folder, signal),
    git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'], signal).catch(() => ''),
    git(folder, ['rev-parse', '--show-prefix'], signal),
  ]);
  const within = prefix.replace(/\n$/, '');
  if (depth > 0 && within !== '') throw new Error('It is a folder of the repository around it.');
  const status = await git(folder, [...off, 'status', ...listing, '--', '.'], signal);
  const paths = entries(status).map(entry => entry.slice(3));
  const inside = paths.filter(path => path.startsWith(within)).map(path => path.slice(within.length));
  const versions = inside.map(async path => [path, await versionOf(join(folder, path))] as const);
  const submodules = new Map<string, GitSnapshot>();
  const deeper = depth < deepestSubmodule ? await submodulesIn(folder, within, signal) : [];
  for (const path of deeper) {
    const found = await lookInto(join(folder, path), depth + 1, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (found !== undefined) submodules.set(path, found);
  }
  return { head: head.trim() || undefined, changed: new Map(await Promise.all(versions)), submodules };
}

/** The files that changed since, also by commits; undefined where that cannot be told. */
export async function changedPaths(
  before: GitSnapshot | undefined,
  workspace: string,
): Promise<readonly string[] | undefined> {
  const after = before === undefined ? undefined : await lookAtGit(workspace);
  if (before === undefined || after === undefined) return undefined;
  const changed = await compare(before, after, workspace);
  return [...new Set(changed)].filter(isTheirs).sort();
}

async function compare(before: GitSnapshot, after: GitSnapshot, folder: string): Promise<readonly string[]> {
  const changed = await committed(before.head, after.head, folder);
  for (const [path, version] of after.changed) if (before.changed.get(path) !== version) changed.push(path);
  for (const [path, version] of before.changed) {
    // Git may only think otherwise of it now: it was committed, or a filter had made it look changed.
    if (!after.changed.has(path) && (await versionOf(join(folder, path))) !== version) changed.push(path);
  }
  for (const path of new Set([...before.submodules.keys(), ...after.submodules.keys()])) {
    const [earlier, later] = [before.submodules.get(path), after.submodules.get(path)];
    if (earlier === undefined || later === undefined) changed.push(path);
    else
      for (const file of await compare(earlier, later, join(folder, path))) changed.push(`${path}/${file}`);
  }
  return changed;
}

async function committed(
  from: string | undefined,
  to: string | undefined,
  folder: string,
): Promise<string[]> {
  if (to === undefined || from === to) return [];
  const args =
    from === undefined
      ? ['ls-tree', '-r', '-z', '--name-only', to]
      : ['diff-tree', '-r', '-z', '--name-only', '--relative', from, to];
  return entries(await git(folder, args, AbortSignal.timeout(limitMs)).catch(() => ''));
}

/** Our own state, and what passes through our drop folder, is no work. */
function isTheirs(path: string): boolean {
  return !path.startsWith('.agentdock/state/') && !path.startsWith('.agentdock/requests/');
}

async function versionOf(file: string): Promise<string> {
  const found = await lstat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'gone' : `${found.mtimeNs} ${found.size} ${found.ino}`;
}

function entries(output: string): string[] {
  return output.split('\0').filter(entry => entry !== '');
}
