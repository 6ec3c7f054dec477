import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostFile, parseHostFile } from '../contracts/rpc.ts';
import { isLocalEndpoint } from '../core/localEndpoint.ts';

const longestFile = 64 * 1024;

/**
 * What the running host wrote about itself; undefined when there is none or it cannot be read. A file of another
 * folder, which came along with a copy or a clone of that one, does not count: its host would work in that folder.
 */
export async function readHostFile(workspace: string): Promise<HostFile | undefined> {
  const path = join(workspace, '.agentdock', 'state', 'host.json');
  const found = await stat(path).catch(() => undefined);
  // A link that came with a clone may lead to a device that never ends.
  if (!found?.isFile() || found.size > longestFile) return undefined;
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const file = text === undefined ? undefined : parseHostFile(text);
  if (file === undefined || !isLocalEndpoint(file.endpoint)) return undefined;
  const root = await realpath(workspace).catch(() => workspace);
  return file.workspace === root ? file : undefined;
}
