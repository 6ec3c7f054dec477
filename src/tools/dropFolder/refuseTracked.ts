import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DockError, toToolError } from '../../contracts/errors.ts';
import type { Claims } from './claims.ts';
import type { RequestName } from './requestName.ts';

/** Refuses requests that stay where they are: each once as long as it is unchanged, not anew at every look. */
export function createTrackedRefusal(
  folder: string,
  claims: Claims,
): (name: RequestName, error: DockError) => Promise<void> {
  const refused = new Map<RequestName, number>();
  return async (name, error) => {
    const { ctimeMs } = await lstat(join(folder, `${name}.json`));
    if (refused.get(name) === ctimeMs) return;
    await claims.writeResult(name, { ok: false, error: toToolError(error) });
    refused.set(name, ctimeMs);
  };
}
