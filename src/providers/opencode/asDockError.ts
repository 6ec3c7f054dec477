import { DockError } from '../../contracts/errors.ts';

export function asDockError(error: unknown): DockError {
  return error instanceof DockError ? error : new DockError('unknown', String(error), { cause: error });
}
