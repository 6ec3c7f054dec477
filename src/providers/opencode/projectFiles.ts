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

/**
 * Files of the repository that have OpenCode run programs whatever it is told: plugins, and the settings that name some.
 * For a warning.
 */
export async function findPlugins(workingDir: string, top: string): Promise<readonly string[]> {
  const folders = foldersUpTo(workingDir, top);
  const found = await Promise.all([
    ...folders.flatMap(folder =>
      ['plugin', 'plugins'].map(name => programsIn(path.join(folder, '.opencode', name))),
    ),
    ...folders.flatMap(folder =>
      [folder, path.join(folder, '.opencode')].flatMap(place =>
        ['opencode.json', 'opencode.jsonc'].map(name => namingPlugins(path.join(place, name))),
      ),
    ),
  ]);
  return found.flat();
}

async function programsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter(name => /\.[cm]?[jt]s$/.test(name)).map(name => path.join(folder, name));
}

/** By its text: it may hold comments, and one warning too many does no harm. */
async function namingPlugins(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /\bplugins?["']?\s*:/.test(text) ? [file] : [];
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
