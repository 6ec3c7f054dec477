import { DockError } from '../../contracts/errors.ts';

/** Surely nothing has arrived: it may come later. */
export function terminalBusy(cause?: unknown): DockError {
  return new DockError('conflict', 'The terminal is busy, or somebody types in it.', { cause });
}
