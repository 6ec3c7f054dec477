import { setTimeout as pause } from 'node:timers/promises';

/**
 * Looks until `probe` gives something true-like and returns that; fails with `what` after the time limit. The limit costs
 * nothing where all is well, so it is long enough for the start of a CLI on a busy machine.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  options: { readonly timeoutMs?: number } = {},
): Promise<Exclude<T, undefined | null | false | 0 | ''>> {
  const timeoutMs = options.timeoutMs ?? 100_000;
  const end = performance.now() + timeoutMs;
  for (;;) {
    const began = performance.now();
    const value = await probe();
    if (isThere(value)) return value;
    const now = performance.now();
    if (now > end) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`);
    await pause(pauseAfter(now - began));
  }
}

/** Who looks all the time takes the processor from what is waited for. */
function pauseAfter(lookMs: number): number {
  return Math.min(Math.max(10, 4 * lookMs), 200);
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false | 0 | ''> {
  return Boolean(value);
}
