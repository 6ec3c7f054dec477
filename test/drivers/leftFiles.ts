import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { contentOf } from '../host/stateFiles.ts';

interface Folders {
  readonly workspace: string;
  readonly home: string;
}

/**
 * What the CLIs themselves keep below the HOME, with AgentDock or without: sessions, logs, locks, their own skills. The
 * person's settings are not among it.
 */
const own = {
  codex:
    /^(tmp\/codex-bwrap-|\.codex\/(\w+_\d+\.sqlite|session|shell_snapshots|skills|thread-writer-locks|tmp|installation_id|\.sandbox_migration))/,
  claude_code:
    /^(tmp\/claude-\d+$|\.cache(\/claude-cli-nodejs|$)|\.claude(\/(projects|sessions|backups|plans|history\.jsonl)|$))/,
  opencode: /^(\.cache(\/opencode|$)|\.local|\.config\/opencode\/\.gitignore$)/,
};
/** What each CLI notes of itself at its first start stands among settings, and says nothing of AgentDock. */
const notes = /^\.claude(\.json|\/settings\.json)$/;
const ours = /agentdock|"mcpServers":\s*\{\s*"|127\.0\.0\.1/;

/**
 * Looks at the repository and the HOME before a CLI runs. The result looks again: paths that were added, changed or removed
 * since (of a folder only that it was), without what that CLI keeps for itself.
 */
export async function watchFiles(folders: Folders, provider: keyof typeof own) {
  const before = await standing(folders);
  return async () => {
    const after = await standing(folders);
    const home: string[] = [];
    for (const path of changes(before.home, after.home)) {
      if (!own[provider].test(path) && !(await isNote(folders.home, path))) home.push(path);
    }
    return { repository: changes(before.repository, after.repository), home };
  };
}

async function standing({ workspace, home }: Folders) {
  const of = async (folder: string) =>
    new Map(
      Object.entries(await contentOf(folder)).map(([path, hash]) => [relative(folder, path), hash] as const),
    );
  return { repository: await of(workspace), home: await of(home) };
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter(path => before.get(path) !== after.get(path)).sort();
}

async function isNote(home: string, path: string): Promise<boolean> {
  return notes.test(path) && !ours.test(await readFile(join(home, path), 'utf8'));
}
