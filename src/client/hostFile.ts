import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostFile, parseHostFile } from '../contracts/rpc.ts';

/** What the running host wrote about itself; undefined when there is none or it cannot be read. */
export async function readHostFile(workspace: string): Promise<HostFile | undefined> {
  const path = join(workspace, '.agentdock', 'state', 'host.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseHostFile(text);
}
