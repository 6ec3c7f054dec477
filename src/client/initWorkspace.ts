import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DockError } from '../contracts/errors.ts';

const files: Readonly<Record<string, string>> = {
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
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, '.agentdock', name);
      await mkdir(dirname(path), { recursive: true });
      if (await writeNew(path, text)) created.push(`.agentdock/${name}`);
    }
  } catch (cause) {
    throw new DockError('storage_unavailable', `.agentdock cannot be written in ${folder}.`, {
      cause,
      hint: 'Check that it is a folder and that you may write there.',
    });
  }
  return { created };
}

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
