import { DockError } from '../contracts/errors.ts';

/** The running turn has not taken the message, and never will. */
export function tooLate(cause?: unknown): DockError {
  return new DockError('conflict', 'The turn does not take messages any more.', {
    hint: 'Resume the thread with the message instead.',
    cause,
  });
}
