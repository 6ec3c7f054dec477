import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A private folder for one run of the host of one workspace. Those that killed hosts of the same workspace left are
 * removed: what had used them was ended by the recovery.
 */
export async function makeRunFolder(mark: string): Promise<string> {
  const prefix = `agentdock-${mark.slice(0, 12)}-`;
  const left = (await readdir(tmpdir())).filter(name => name.startsWith(prefix));
  // Somebody else's of that name is not ours to remove, and cannot be.
  for (const name of left)
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  return mkdtemp(join(tmpdir(), prefix));
}
