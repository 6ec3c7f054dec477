import { access, lstat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { git } from '../../git/git.ts';

/**
 * `known`: the names in the folder that git tracks, in lower case. `busy`: git is changing the folder, so a file that it
 * has just written may not be listed yet. `stuck`: its lock has been there for so long that it may be a dead git's; what is
 * listed is. `unknown`: there is a repository, and git cannot be asked.
 */
export type Tracked =
  | { readonly kind: 'known'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'busy' }
  | { readonly kind: 'stuck'; readonly lock: string; readonly names: ReadonlySet<string> }
  | { readonly kind: 'unknown'; readonly why: string };

const limitMs = 10_000;
/** Git itself, also in a large repository, is mostly done by then. */
const stuckMs = 30_000;

/** Asked after a file was seen: git holds its lock from before it writes the file until the file is listed. */
export async function trackedRequests(folder: string): Promise<Tracked> {
  if (!(await hasRepositoryAbove(folder))) return { kind: 'known', names: new Set() };
  const signal = AbortSignal.timeout(limitMs);
  try {
    const answer = await git(folder, ['rev-parse', '--git-path', 'index.lock'], signal);
    const lock = resolve(folder, answer.replace(/\n$/, ''));
    const held = await lstat(lock).catch(() => undefined);
    if (held !== undefined && Date.now() - held.mtimeMs < stuckMs) return { kind: 'busy' };
    const listed = await git(folder, ['ls-files', '-z', '--', '.'], signal);
    const names = new Set(listed.toLowerCase().split('\0'));
    return held === undefined ? { kind: 'known', names } : { kind: 'stuck', lock, names };
  } catch (error) {
    if (signal.aborted) return { kind: 'busy' };
    // What has the name alone is no repository to git either. Git fails with 128 whatever it is, also `rev-parse`: only the
    // words tell, which are never translated here. In any other words it is a repository that cannot be asked.
    if (error instanceof Error && 'stderr' in error && /not a git repository/.test(String(error.stderr))) {
      return { kind: 'known', names: new Set() };
    }
    return { kind: 'unknown', why: 'git cannot be asked whether it tracks the request' };
  }
}

async function hasRepositoryAbove(from: string): Promise<boolean> {
  for (let folder = from; ; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'))) return true;
    if (dirname(folder) === folder) return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
