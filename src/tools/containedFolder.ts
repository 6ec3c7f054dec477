import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { DockError } from '../contracts/errors.ts';

export interface ContainedFolder {
  /** Real path. */
  readonly path: string;
  /** Relative to the workspace, with `/`; `.` for the workspace itself. */
  readonly name: string;
}

/**
 * The real folder behind `wanted`, if it is the workspace or inside it. `workspace` is a real path; links are
 * followed before the comparison. Throws `invalid_arguments`.
 */
export async function containedFolder(workspace: string, wanted: string): Promise<ContainedFolder> {
  const path = await realpath(resolve(workspace, wanted)).catch((cause: unknown) => {
    throw new DockError('invalid_arguments', `The folder ${wanted} does not exist in the workspace.`, {
      cause,
      hint: 'Name an existing folder relative to the workspace, or create it first.',
    });
  });
  const name = relative(workspace, path);
  if (name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)) {
    throw new DockError('invalid_arguments', `The folder ${wanted} lies outside the workspace.`, {
      hint: 'A working directory must be inside the folder that holds .agentdock, also after links are followed.',
    });
  }
  if (!(await stat(path)).isDirectory()) {
    throw new DockError('invalid_arguments', `${wanted} is a file, not a folder.`, {
      hint: 'Name the folder the agent should work in.',
    });
  }
  const slashed = name.split(sep).join('/');
  if (slashed === '.agentdock/state' || slashed.startsWith('.agentdock/state/')) {
    throw new DockError('invalid_arguments', `${wanted} holds AgentDock's own state.`, {
      hint: 'Name another folder of the workspace.',
    });
  }
  return { path, name: slashed === '' ? '.' : slashed };
}
