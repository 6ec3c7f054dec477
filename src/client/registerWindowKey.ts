import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { userFolder } from '../core/userFolder.ts';
import { windowKeyFile } from '../core/windowKeyFolder.ts';

/** Lists the public key (PEM) of a person's window, so that hosts of this user know its signature. */
export async function registerWindowKey(publicKey: string): Promise<void> {
  const file = windowKeyFile(userFolder(process.env), publicKey);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, publicKey, { mode: 0o600 });
}
