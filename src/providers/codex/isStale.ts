import type { ErrorCode } from '../../contracts/errors.ts';

const staleCodes: ReadonlySet<ErrorCode | undefined> = new Set(['credential_missing', 'credential_expired']);

/** A server reads the credential once; the person may mend it now. */
export function isStale(code: ErrorCode | undefined): boolean {
  return staleCodes.has(code);
}
