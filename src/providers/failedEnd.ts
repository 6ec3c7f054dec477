import { DockError, toToolError } from '../contracts/errors.ts';
import type { TurnEnd } from './driver.ts';

/** What the host cancelled is no failure. */
export function failedEnd(error: unknown): TurnEnd {
  const isCancelled =
    (error instanceof DockError && error.code === 'cancelled') ||
    (error instanceof Error && error.name === 'AbortError');
  return isCancelled ? { outcome: 'interrupted' } : { outcome: 'failed', error: toToolError(error) };
}
