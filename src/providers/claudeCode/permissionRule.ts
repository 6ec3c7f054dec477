import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { PermissionRule } from '../../contracts/agentRequest.ts';
import { isRecord } from './toolTitle.ts';

const editTools: ReadonlySet<string> = new Set(['Edit', 'Write', 'NotebookEdit']);
/** What a call is about, the most telling first. */
const subjects = ['command', 'file_path', 'notebook_path', 'path', 'url', 'query', 'skill'];

/**
 * What *allow for this thread* covers: edits of the workspace's files together, everything else one by one. Undefined
 * where a call cannot be told from others of its tool.
 */
export async function permissionRule(
  tool: string,
  input: unknown,
  workspace: string,
): Promise<PermissionRule | undefined> {
  const fields = isRecord(input) ? input : {};
  // The same command outside of the sandbox is another thing.
  if (fields['dangerouslyDisableSandbox'] === true) return undefined;
  const subject = subjects.map(name => fields[name]).find(value => typeof value === 'string');
  if (subject === undefined) return undefined;
  if (editTools.has(tool) && (await isPlainFile(subject, workspace))) return { tool };
  return { tool, subject };
}

/**
 * Inside the workspace, also when links are followed, and no name on the way begins with a dot: those of `.git`,
 * `.vscode` or `.claude` can make programs run.
 */
async function isPlainFile(file: string, workspace: string): Promise<boolean> {
  const folder = await realFolder(path.dirname(file));
  const relative = path.relative(workspace, path.join(folder, path.basename(file)));
  const isInside = relative !== '' && !path.isAbsolute(relative);
  return isInside && !relative.split(path.sep).some(name => name.startsWith('.'));
}

/** Of a folder that is still to be made, the nearest one that exists. */
async function realFolder(folder: string): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  if (real !== undefined) return real;
  const parent = path.dirname(folder);
  return parent === folder ? folder : path.join(await realFolder(parent), path.basename(folder));
}
