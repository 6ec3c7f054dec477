import { DockError, toToolError } from '../../contracts/errors.ts';
import type { TurnEnd } from '../driver.ts';
import type { ProgramExit } from '../pty/program.ts';

/** The exit code is the whole truth about a command; its last output comes along either way. */
export function endOfProgram(exit: ProgramExit, wasStopped: boolean, text: string | undefined): TurnEnd {
  const result = text === undefined ? {} : { result: text };
  if (wasStopped) return { outcome: 'interrupted', ...result };
  if (exit.code === 0 && exit.signal === undefined) return { outcome: 'completed', ...result };
  const message =
    exit.signal === undefined
      ? `The command ended with exit code ${exit.code}.`
      : `The command was ended by ${exit.signal}.`;
  return { outcome: 'failed', ...result, error: { code: 'unknown', message, retryable: false } };
}

export function endOfError(error: unknown): TurnEnd {
  const outcome = error instanceof DockError && error.code === 'cancelled' ? 'interrupted' : 'failed';
  return { outcome, error: toToolError(error) };
}
