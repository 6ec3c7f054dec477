import { DockError } from '../contracts/errors.ts';

export interface NamedFolder {
  readonly name: string;
  readonly path: string;
}

/**
 * The folder a call is for: the one it names, by name or path, else the only one. Throws a `DockError` that tells the
 * model which there are.
 */
export function toolFolder<Folder extends NamedFolder>(folders: readonly Folder[], wanted: unknown): Folder {
  const [first, second] = folders;
  if (first === undefined) {
    throw new DockError('not_found', 'No open folder holds .agentdock/.', {
      hint: 'The person can run “AgentDock: Initialize Workspace”.',
    });
  }
  if (wanted === undefined || wanted === '') {
    if (second === undefined) return first;
    throw new DockError('invalid_arguments', 'Expected `workspace_folder`: several folders are open.', {
      hint: known(folders),
    });
  }
  const named = folders.filter(({ name, path }) => path === wanted || name === wanted);
  const found = named.find(({ path }) => path === wanted) ?? (named.length === 1 ? named[0] : undefined);
  if (found !== undefined) return found;
  throw new DockError('not_found', 'Expected `workspace_folder` to name one of the open folders.', {
    hint: known(folders),
  });
}

function known(folders: readonly NamedFolder[]): string {
  return `Folders: ${folders.map(({ name, path }) => `${name} (${path})`).join(', ')}.`;
}
