import { randomUUID } from 'node:crypto';

/**
 * A call that can be made again after it failed: with the same arguments it then has the same idempotency key, so that
 * the host does not do twice what it did although its answer was lost.
 */
export function repeatSafely<Args extends object, Result>(
  call: (args: Args & { readonly idempotency_key: string }) => Promise<Result>,
): (args: Args) => Promise<Result> {
  let failed: { readonly text: string; readonly key: string } | undefined;
  return async args => {
    const text = JSON.stringify(args);
    const key = failed?.text === text ? failed.key : randomUUID();
    failed = { text, key };
    const result = await call({ ...args, idempotency_key: key });
    failed = undefined;
    return result;
  };
}
