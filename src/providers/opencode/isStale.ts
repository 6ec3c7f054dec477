import type { ErrorCode } from '../../contracts/errors.ts';

const staleCodes: ReadonlySet<ErrorCode | undefined> = new Set([
  'credential_missing',
  'credential_expired',
  'model_not_found',
]);

/** Keys and providers are read once, at a server's start; the person may mend them now. */
export function isStale(code: ErrorCode | undefined): boolean {
  return staleCodes.has(code);
}
