import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostFile, hostFileSchema } from '../contracts/rpc.ts';

/** What the running host wrote about itself; undefined when there is none or it cannot be read. */
export async function readHostFile(workspace: string): Promise<HostFile | undefined> {
  try {
    const text = await readFile(join(workspace, '.agentdock', 'state', 'host.json'), 'utf8');
    return hostFileSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
