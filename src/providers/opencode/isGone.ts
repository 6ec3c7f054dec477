import { DockError } from '../../contracts/errors.ts';

/** The server does not have what was named. */
export function isGone(error: unknown): boolean {
  return error instanceof DockError && error.code === 'not_found';
}
