import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import type { Connection } from './connection.ts';
import { readEffectiveConfig } from './effectiveConfig.ts';

const accountSchema = z.looseObject({
  account: z.looseObject({}).nullish(),
  requiresOpenaiAuth: z.boolean().default(false),
});

/** `not_needed`: the person's config uses another provider, with a key of its own or none. */
export async function readAccount(
  connection: Connection,
  limitMs?: number,
): Promise<'yes' | 'no' | 'not_needed'> {
  const { account, requiresOpenaiAuth } = await connection.call('account/read', {}, accountSchema, limitMs);
  if (!requiresOpenaiAuth) return 'not_needed';
  return account ? 'yes' : 'no';
}

/** Without a credential Codex would ask the model all the same and try for seconds. */
export async function requireCredential(connection: Connection, workingDir: string): Promise<void> {
  if ((await readAccount(connection)) !== 'no') return;
  // With a config it cannot read, the server goes by the defaults, and says so only here.
  await readEffectiveConfig(connection, workingDir);
  throw new DockError('credential_missing', 'Codex is not signed in.', {
    hint: 'Run `codex login` in a terminal.',
  });
}
