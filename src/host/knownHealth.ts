import type { ProviderHealth } from '../contracts/provider.ts';

export type KnownHealth = () => Promise<readonly ProviderHealth[] | undefined>;

/** Asking starts the CLIs; whether one is there changes seldom. */
const freshMs = 5 * 60_000;
const longestWaitMs = 3_000;

/**
 * What was last heard of the providers, for who must not wait for them: only the first answer is waited for, and not
 * for long. Later ones come in the background. Undefined while nothing has been heard.
 */
export function createKnownHealth(
  check: () => Promise<readonly ProviderHealth[]>,
  waitMs = longestWaitMs,
): KnownHealth {
  let known: readonly ProviderHealth[] | undefined;
  let asked: { readonly at: number; readonly answered: Promise<void> } | undefined;
  const ask = () => ({
    at: Date.now(),
    answered: check().then(
      answer => {
        known = answer;
      },
      () => undefined,
    ),
  });
  return async () => {
    if (asked === undefined || Date.now() - asked.at > freshMs) asked = ask();
    if (known === undefined) await atMost(waitMs, asked.answered);
    return known;
  };
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
