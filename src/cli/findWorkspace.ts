import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isFolder } from '../client/hostFolder.ts';
import { DockError } from '../contracts/errors.ts';

/** The named folder, else the nearest one upward from `from` that holds `.agentdock/`. A real path. */
export function findWorkspace(named: string | undefined, from: string): string {
  if (named !== undefined) {
    const folder = resolve(from, named);
    if (!isFolder(join(folder, '.agentdock'))) throw notInitialised(`in ${folder}`);
    return realpathSync(folder);
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (isFolder(join(folder, '.agentdock'))) return realpathSync(folder);
    if (dirname(folder) === folder) throw notInitialised(`in or above ${from}`);
  }
}

function notInitialised(where: string): DockError {
  return new DockError('not_found', `There is no .agentdock folder ${where}.`, {
    hint: 'Run `agentdock init` in the folder of your project, or name one with --workspace DIR.',
  });
}
