import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { WindowIdentity } from '../../src/client/connectOptions.ts';
import { windowKeyFile } from '../../src/core/windowKeyFolder.ts';

/** A VS Code window of the person: its public key stands in the person's folder. */
export async function makeWindowIdentity(userFolder: string): Promise<WindowIdentity> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const file = windowKeyFile(userFolder, publicKey);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, publicKey, { mode: 0o600 });
  return { publicKey, privateKey };
}
