import { execFile } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The changed files of a repository at one moment. */
export interface GitSnapshot {
  /** Undefined before the first commit. */
  readonly head: string | undefined;
  /** Paths that differ from the head or are new, relative to the workspace, with what tells one version from another. */
  readonly changed: ReadonlyMap<string, string>;
}

const run = promisify(execFile);
/** A large repository must not hold up a turn. */
const limitMs = 3_000;
const mostOutput = 16 * 1024 * 1024;
/** Nothing that the repository's settings name is run, and nobody's lock is taken. */
const careful = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];

/** Undefined where there is no git, no repository, or one that takes too long. */
export async function lookAtGit(workspace: string): Promise<GitSnapshot | undefined> {
  try {
    const [status, head] = await Promise.all([
      git(workspace, 'status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', '.'),
      git(workspace, 'rev-parse', '--verify', '--quiet', 'HEAD').catch(() => ''),
    ]);
    const prefix = (await git(workspace, 'rev-parse', '--show-prefix')).trim();
    const paths = entries(status).map(entry => entry.slice(3));
    const inside = paths.filter(path => path.startsWith(prefix)).map(path => path.slice(prefix.length));
    const versions = await Promise.all(
      inside.filter(isOfTheirs).map(async path => [path, await versionOf(join(workspace, path))] as const),
    );
    return { head: head.trim() === '' ? undefined : head.trim(), changed: new Map(versions) };
  } catch {
    return undefined;
  }
}

/** The files that changed since, also by commits; undefined where that cannot be told. */
export async function changedPaths(
  before: GitSnapshot | undefined,
  workspace: string,
): Promise<readonly string[] | undefined> {
  if (before === undefined) return undefined;
  const after = await lookAtGit(workspace);
  if (after === undefined) return undefined;
  const changed = new Set<string>();
  for (const [path, version] of after.changed) if (before.changed.get(path) !== version) changed.add(path);
  for (const path of before.changed.keys()) if (!after.changed.has(path)) changed.add(path);
  for (const path of await committed(before.head, after.head, workspace)) changed.add(path);
  return [...changed].sort();
}

async function committed(
  from: string | undefined,
  to: string | undefined,
  workspace: string,
): Promise<readonly string[]> {
  if (from === undefined || to === undefined || from === to) return [];
  const names = await git(
    workspace,
    'diff',
    '--name-only',
    '-z',
    '--relative',
    '--no-ext-diff',
    from,
    to,
  ).catch(() => '');
  return entries(names).filter(isOfTheirs);
}

/** Our own state is no work. */
function isOfTheirs(path: string): boolean {
  return !path.startsWith('.agentdock/');
}

async function versionOf(file: string): Promise<string> {
  const found = await lstat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'gone' : `${found.mtimeNs} ${found.size} ${found.ino}`;
}

function entries(output: string): string[] {
  return output.split('\0').filter(entry => entry !== '');
}

async function git(workspace: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', [...careful, ...args], {
    cwd: workspace,
    timeout: limitMs,
    maxBuffer: mostOutput,
    windowsHide: true,
  });
  return stdout;
}
