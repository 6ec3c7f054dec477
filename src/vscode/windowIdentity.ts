import { generateKeyPairSync } from 'node:crypto';
import type { SecretStorage } from 'vscode';
import * as z from 'zod';
import type { WindowIdentity } from '../client/connectOptions.ts';
import { DockError } from '../contracts/errors.ts';
import { t } from './localize.ts';

const secretName = 'agentdock.windowKey';
const identitySchema = z.object({ publicKey: z.string(), privateKey: z.string() });

/**
 * The key pair by which hosts know this person's windows; made once. Two windows that make one at the same time
 * both end with the pair that was stored last. Throws `storage_unavailable` where it cannot be kept.
 */
export async function windowIdentity(
  secrets: Pick<SecretStorage, 'get' | 'store'>,
  register: (publicKey: string) => Promise<void>,
): Promise<WindowIdentity> {
  try {
    const identity = (await stored(secrets)) ?? (await create(secrets));
    await register(identity.publicKey);
    return identity;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new DockError('storage_unavailable', t('The key of your windows could not be kept: {0}', detail), {
      cause,
      hint: t('Make room for it, then retry the connection.'),
    });
  }
}

async function create(secrets: Pick<SecretStorage, 'get' | 'store'>): Promise<WindowIdentity> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await secrets.store(secretName, JSON.stringify({ publicKey, privateKey }));
  return (await stored(secrets)) ?? { publicKey, privateKey };
}

async function stored(secrets: Pick<SecretStorage, 'get'>): Promise<WindowIdentity | undefined> {
  const text = await secrets.get(secretName);
  if (text === undefined) return undefined;
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
