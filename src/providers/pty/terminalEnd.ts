import { DockError } from '../../contracts/errors.ts';
import type { TurnEnd } from '../driver.ts';
import { failedEnd } from '../failedEnd.ts';
import type { ProgramExit } from './program.ts';

interface Ending {
  /** How the program ended, or what kept it from that. */
  readonly exit: ProgramExit | { readonly error: unknown };
  /** What the turn was ended for. */
  readonly failure: unknown;
  readonly wasStopped: boolean;
}

/** How a turn in the terminal of that name has ended. */
export function terminalEnd(name: string, { exit, failure, wasStopped }: Ending): TurnEnd {
  if (failure !== undefined) return failedEnd(failure);
  if (wasStopped) return { outcome: 'interrupted' };
  if ('error' in exit) return failedEnd(exit.error);
  const { code, signal } = exit;
  if (code === 0 && signal === undefined) return { outcome: 'completed' };
  const how = signal === undefined ? `with exit code ${code}` : `by ${signal}`;
  return failedEnd(new DockError('unknown', `The terminal of ${name} ended ${how}.`, { retryable: true }));
}
