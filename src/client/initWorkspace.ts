import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DockError } from '../contracts/errors.ts';

/** Programs that agents may use: files of their own here, and beside the bundles. */
const skills = ['manage_threads.sh', 'code_review.py'] as const;

const texts: Readonly<Record<string, string>> = {
  'agent.md': `# How the master works here

Goals, rules and when to delegate. AgentDock puts this text into the instructions of a master.

- Split work into tasks that one worker can finish and check by itself.
- Give each worker its own folder or its own files.
- Ask for what was checked, not only for what was done.
`,
  'soul.md': `# Voice and values

AgentDock puts this text into the instructions of every agent of this workspace.

- Be exact and brief. Say what you do not know.
- Leave each file better than you found it.
`,
  // Requests and results are nobody else's; the folder itself is made by it.
  'requests/.gitignore': '*\n',
};

/**
 * Writes `.agentdock/` without touching what exists. `created` holds the new paths, relative to the folder.
 * Throws `not_found` and `storage_unavailable`.
 */
export async function initWorkspace(folder: string): Promise<{ readonly created: readonly string[] }> {
  const created: string[] = [];
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new DockError('not_found', `There is no folder ${folder}.`, { cause, hint: 'Create it first.' });
  });
  try {
    const write = async (name: string, text: string, mode: number) => {
      const path = join(root, '.agentdock', name);
      await mkdir(dirname(path), { recursive: true });
      if (await writeNew(path, text, mode)) created.push(`.agentdock/${name}`);
    };
    for (const [name, text] of Object.entries(texts)) await write(name, text, 0o644);
    for (const name of skills) {
      const text = await readFile(join(import.meta.dirname, 'skills', name), 'utf8');
      await write(`skills/${name}`, text, 0o755);
    }
  } catch (cause) {
    throw new DockError('storage_unavailable', `.agentdock cannot be written in ${folder}.`, {
      cause,
      hint: 'Check that it is a folder and that you may write there.',
    });
  }
  return { created };
}

async function writeNew(path: string, text: string, mode: number): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
