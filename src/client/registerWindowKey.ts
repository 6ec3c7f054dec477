import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { userFolder } from '../core/userFolder.ts';
import { windowKeyFile } from '../core/windowKeyFolder.ts';

/** Lists the public key (PEM) of a person's window, so that hosts of this user know its signature. */
export async function registerWindowKey(publicKey: string, folder = userFolder(process.env)): Promise<void> {
  const file = windowKeyFile(folder, publicKey);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === publicKey) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // A host may read it just now, for another connection of the same window.
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, publicKey, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
