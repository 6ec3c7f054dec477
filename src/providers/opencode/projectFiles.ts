import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';

/** OpenCode takes the files of the first name that is found at all. */
const instructionNames = ['AGENTS.md', 'CLAUDE.md', 'CONTEXT.md'];
const instructionLimit = 100_000;

/**
 * The project's instructions from the working folder up to `top`, in OpenCode's own words. It does not read them
 * itself, since it is kept from the rest of the project's configuration. Nothing outside `top` is read, also not
 * through a link.
 */
export async function readInstructions(workingDir: string, top: string): Promise<readonly string[]> {
  const folders = foldersUpTo(workingDir, top);
  for (const name of instructionNames) {
    const files = await Promise.all(folders.map(folder => readInside(top, path.join(folder, name))));
    const found = files.flatMap(file => file ?? []);
    if (found.length > 0) return found;
  }
  return [];
}

/** Program files of the repository that OpenCode loads whatever it is told: for a warning. */
export async function findPlugins(workingDir: string, top: string): Promise<readonly string[]> {
  const folders = foldersUpTo(workingDir, top).flatMap(folder =>
    ['plugin', 'plugins'].map(name => path.join(folder, '.opencode', name)),
  );
  const found = await Promise.all(
    folders.map(async folder => {
      const names = await readdir(folder).catch(() => []);
      return names.filter(name => /\.(js|ts)$/.test(name)).map(name => path.join(folder, name));
    }),
  );
  return found.flat();
}

/** The top of the project: the worktree's root, else the workspace. */
export function projectTop(worktree: string, workspace: string): string {
  return path.dirname(worktree) === worktree ? workspace : worktree;
}

function foldersUpTo(from: string, top: string): string[] {
  const folders = [from];
  for (let folder = from; folder !== top && path.dirname(folder) !== folder; ) {
    folder = path.dirname(folder);
    folders.push(folder);
  }
  return folders.at(-1) === top ? folders : [from];
}

async function readInside(top: string, file: string): Promise<string | undefined> {
  try {
    const real = await realpath(file);
    const inside = path.relative(await realpath(top), real);
    if (inside.startsWith('..') || path.isAbsolute(inside)) return undefined;
    const text = (await readFile(real, 'utf8')).slice(0, instructionLimit);
    return text.trim() === '' ? undefined : `Instructions from: ${file}\n${text}`;
  } catch {
    return undefined;
  }
}
