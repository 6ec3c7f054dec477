import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import { isGone } from './isGone.ts';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Asks the server until it answers: a call that failed once tells nothing. Rejects when `signal` aborts, and when each
 * further answer would be the same: what was asked for is gone, or comes in a form nobody knows.
 */
export async function untilAnswered<Answer>(
  call: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    signal.throwIfAborted();
    try {
      const answer = await call();
      signal.throwIfAborted();
      return answer;
    } catch (error) {
      if (isGone(error) || (error instanceof DockError && error.code === 'version_mismatch')) throw error;
    }
    await pause(pauseMs, undefined, { signal });
  }
}
