import { DockError } from '../../contracts/errors.ts';

/** The server has read the call and did not take it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DockError && (error.code === 'not_found' || error.code === 'invalid_arguments');
}
