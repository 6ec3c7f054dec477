import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * Where the public key of a person's window lies: one file a key, named by its hash, so that windows never write
 * the same file and a host looks up just the key it is shown.
 */
export function windowKeyFile(userFolder: string, publicKey: string): string {
  const name = createHash('sha256').update(publicKey.trim()).digest('hex').slice(0, 32);
  return join(userFolder, 'windows', `${name}.pem`);
}
