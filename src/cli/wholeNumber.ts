import { DockError } from '../contracts/errors.ts';

/** The value of a numeric option. Throws `invalid_arguments`. */
export function wholeNumber(option: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new DockError(
    'invalid_arguments',
    `Expected --${option} to be a whole number, got ${JSON.stringify(value)}.`,
  );
}
