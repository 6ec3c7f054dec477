import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';

const tries = 4;
const pauseMs = 500;

/**
 * Starts an OpenCode, and again when it ended for no reason that is known: two that bring the person's one database up to
 * date at once, after an installation or an update, trip each other, and what was a free port may be taken by now.
 * Rejects as the last try does, and when `signal` aborts.
 */
export async function startAgain<Result>(
  start: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await start();
    } catch (error) {
      signal?.throwIfAborted();
      const isKnown = error instanceof DockError && error.code !== 'unknown';
      if (isKnown || tried === tries) throw error;
    }
    await pause(pauseMs * tried, undefined, signal && { signal });
  }
}
