import { access, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { git } from './git.ts';

/** A repository may name as many as it likes. */
const mostSubmodules = 50;

/**
 * Folders inside the workspace in which submodules are checked out, relative to it. git itself would look into them with
 * their configuration. `prefix`: where the workspace lies in its repository, empty or ending with a slash.
 */
export async function submodulesIn(
  workspace: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const upwards = prefix
    .split('/')
    .slice(1)
    .map(() => '..');
  const file = join(workspace, ...upwards, '.gitmodules');
  if (!(await exists(file))) return [];
  const args = ['config', '-z', '-f', file, '--get-regexp', '^submodule\\..*\\.path$'];
  const listed = await git(workspace, args, signal).catch(() => '');
  const paths = listed.split('\0').map(entry => entry.slice(entry.indexOf('\n') + 1).replace(/\/+$/, ''));
  const inside = paths.filter(path => path.startsWith(prefix)).map(path => path.slice(prefix.length));
  const root = await realpath(workspace);
  const found: string[] = [];
  for (const path of new Set(inside)) {
    if (found.length < mostSubmodules && (await isCheckedOut(root, path))) found.push(path);
  }
  return found;
}

/** At that very place: neither elsewhere by `..` or a link, nor a folder of the repository around it. */
async function isCheckedOut(root: string, path: string): Promise<boolean> {
  if (path === '' || path === '.') return false;
  const folder = root + sep + path.replaceAll('/', sep);
  return (await realpath(folder).catch(() => undefined)) === folder && (await exists(join(folder, '.git')));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
