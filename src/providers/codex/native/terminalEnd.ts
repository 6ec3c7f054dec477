import { DockError, toToolError } from '../../../contracts/errors.ts';
import type { TurnEnd } from '../../driver.ts';
import type { ProgramExit } from '../../pty/program.ts';
import { toDockError } from '../classifyError.ts';

interface Ending {
  /** How the terminal ended, or what kept it from that. */
  readonly exit: ProgramExit | { readonly error: unknown };
  /** What the turn was ended for. */
  readonly failure: DockError | undefined;
  readonly wasStopped: boolean;
}

export function terminalEnd({ exit, failure, wasStopped }: Ending): TurnEnd {
  if (failure !== undefined) return endWith(failure);
  if (wasStopped) return { outcome: 'interrupted' };
  if ('error' in exit) return endWith(toDockError(exit.error));
  const { code, signal } = exit;
  if (code === 0 && signal === undefined) return { outcome: 'completed' };
  const how = signal === undefined ? `with exit code ${code}` : `by ${signal}`;
  return endWith(new DockError('unknown', `The terminal of Codex ended ${how}.`));
}

/** What the host cancelled is no failure. */
function endWith(error: DockError): TurnEnd {
  if (error.code === 'cancelled') return { outcome: 'interrupted' };
  return { outcome: 'failed', error: toToolError(error) };
}
