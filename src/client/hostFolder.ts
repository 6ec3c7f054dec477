import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

/**
 * The folder whose host serves `folder`. In a linked git worktree that is the same place in the main one, where that
 * holds `.agentdock/` too: the worktrees of one repository have one fleet. Else `folder` itself. Real paths.
 */
export function hostFolder(folder: string): string {
  const own = realpathSync(folder);
  const root = worktreeOf(own);
  const main = root === undefined ? undefined : mainWorktree(root);
  if (root === undefined || main === undefined) return own;
  const same = join(main, relative(root, own));
  return isFolder(join(same, '.agentdock')) ? realpathSync(same) : own;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The nearest folder upward that git takes for the root of a worktree. */
function worktreeOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (statSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at;
    if (dirname(at) === at) return undefined;
  }
}

/**
 * A linked worktree has a file `.git` that names a folder of the repository, and that folder names the file: only both
 * together count, since a file alone can come with any archive. Submodules and bare repositories have no main worktree.
 */
function mainWorktree(root: string): string | undefined {
  const pointer = join(root, '.git');
  const gitDir = lineOf(pointer)?.match(/^gitdir: (.+)$/)?.[1];
  if (gitDir === undefined) return undefined;
  const inRepository = resolve(root, gitDir);
  const back = lineOf(join(inRepository, 'gitdir'));
  const common = lineOf(join(inRepository, 'commondir'));
  if (back === undefined || common === undefined) return undefined;
  if (real(resolve(inRepository, back)) !== real(pointer)) return undefined;
  const repository = resolve(inRepository, common);
  return basename(repository) === '.git' ? dirname(repository) : undefined;
}

/** The first line of a plain file. */
function lineOf(path: string): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0];
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
