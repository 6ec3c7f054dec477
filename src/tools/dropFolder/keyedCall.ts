import { createHash } from 'node:crypto';
import { takesKey } from '../../core/outsideTools.ts';
import type { RequestedCall } from './readRequest.ts';

/** How the idempotency keys of the drop folder begin. */
export const keyOrigin = 'drop:';

/**
 * The call with an idempotency key: the caller's own, kept apart from those of other ways in, else the claim's id. A key
 * that is no key goes on as it is, to be refused.
 */
export function keyedCall({ tool, args }: RequestedCall, claimId: string): RequestedCall {
  if (!takesKey(tool)) return { tool, args };
  const own = args['idempotency_key'];
  if (own === undefined) return { tool, args: { ...args, idempotency_key: `${keyOrigin}${claimId}` } };
  if (typeof own !== 'string' || !/^[^\p{Cc}]{1,200}$/u.test(own)) return { tool, args };
  const hash = createHash('sha256').update(own).digest('hex');
  return { tool, args: { ...args, idempotency_key: `${keyOrigin}key-${hash}` } };
}
