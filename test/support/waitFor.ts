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
  const timeoutMs = options.timeoutMs ?? 60_000;
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (isThere(value)) return value;
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`);
    await pause(10);
  }
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false | 0 | ''> {
  return Boolean(value);
}
