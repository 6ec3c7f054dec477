import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';

interface MemoryFile {
  readonly path: string;
  readonly text: string;
}

/** Characters of one file that reach the agent. */
const fileLimit = 100_000;
const importDepth = 5;

/**
 * The project's instructions from the workspace down to the working folder, imports (`@path`) after the file that
 * names them. The CLI itself does not read them, since it is kept from the rest of the project's configuration.
 * Nothing outside the workspace is read, also not through a link.
 */
export async function readProjectMemory(workspace: string, workingDir: string): Promise<string> {
  const seen = new Set<string>();
  const files: MemoryFile[] = [];
  for (const folder of foldersBetween(workspace, workingDir)) {
    const own = await readFirst(workspace, folder, ['CLAUDE.md', '.claude/CLAUDE.md', 'AGENTS.md']);
    const local = await readFirst(workspace, folder, ['CLAUDE.local.md']);
    for (const file of [own, local]) {
      if (file !== undefined)
        files.push(...(await withImports(file, { workspace, seen, depth: importDepth })));
    }
  }
  return files
    .map(file => `Contents of ${file.path} (instructions of this project):\n\n${file.text.trim()}`)
    .join('\n\n');
}

function foldersBetween(workspace: string, workingDir: string): string[] {
  const relative = path.relative(workspace, workingDir);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return [workspace];
  const names = relative === '' ? [] : relative.split(path.sep);
  return [workspace, ...names.map((_, index) => path.join(workspace, ...names.slice(0, index + 1)))];
}

async function readFirst(
  workspace: string,
  folder: string,
  names: readonly string[],
): Promise<MemoryFile | undefined> {
  for (const name of names) {
    const file = await readInside(workspace, path.join(folder, name));
    if (file !== undefined) return file;
  }
  return undefined;
}

interface ImportState {
  readonly workspace: string;
  readonly seen: Set<string>;
  readonly depth: number;
}

async function withImports(file: MemoryFile, state: ImportState): Promise<MemoryFile[]> {
  if (state.seen.has(file.path)) return [];
  state.seen.add(file.path);
  const files = [file];
  if (state.depth === 0) return files;
  for (const name of importsOf(file.text)) {
    const imported = await readInside(state.workspace, path.resolve(path.dirname(file.path), name));
    if (imported !== undefined)
      files.push(...(await withImports(imported, { ...state, depth: state.depth - 1 })));
  }
  return files;
}

/** `@path` at the beginning of a word, outside of code. */
function importsOf(text: string): string[] {
  const prose = text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/(?:^|\s)@((?:[^\s\\]|\\ )+)/g)].flatMap(match =>
    match[1] === undefined ? [] : [match[1].replaceAll('\\ ', ' ')],
  );
}

async function readInside(workspace: string, file: string): Promise<MemoryFile | undefined> {
  try {
    const real = await realpath(file);
    const relative = path.relative(workspace, real);
    if (relative.startsWith('..') || path.isAbsolute(relative)) return undefined;
    return { path: real, text: (await readFile(real, 'utf8')).slice(0, fileLimit) };
  } catch {
    return undefined;
  }
}
