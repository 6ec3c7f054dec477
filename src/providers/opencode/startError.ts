import { DockError } from '../../contracts/errors.ts';
import type { CliExit } from '../process/spawnCli.ts';

/** The server ended before it listened. */
export function startError(exit: CliExit, stderr: string): DockError {
  if (exit.error !== undefined) {
    return new DockError('provider_missing', `OpenCode could not be started: ${exit.error.message}`, {
      hint: 'Install it again with `npm install -g opencode-ai`, or correct its path in the setting or in AGENTDOCK_OPENCODE_BIN.',
      cause: exit.error,
    });
  }
  const said = lastLine(stderr);
  if (/Configuration is invalid|not valid JSON/.test(stderr)) {
    return new DockError('invalid_arguments', `OpenCode refused its config: ${said}`, {
      hint: 'Correct your OpenCode config (~/.config/opencode).',
    });
  }
  if (/Failed query:/.test(stderr)) {
    return new DockError('unknown', 'OpenCode could not bring its database up to date.', {
      retryable: true,
      hint: 'Start `opencode` in a terminal: it says what its database lacks.',
    });
  }
  const message = `OpenCode’s server did not start (${howItEnded(exit)}): ${said}`;
  // Somebody ended it: that says nothing about the next try.
  if (exit.signal !== undefined) return new DockError('upstream_unavailable', message);
  return new DockError('unknown', message, { retryable: true });
}

/** The server ended while it worked. */
export function exitError(exit: CliExit): DockError {
  return new DockError(
    'upstream_unavailable',
    `OpenCode’s server ended (${howItEnded(exit)}) before the turn was complete.`,
    { hint: 'Resume the thread: its session goes on.' },
  );
}

function howItEnded({ code, signal, error }: CliExit): string {
  if (error !== undefined) return error.message;
  return signal === undefined ? `exit code ${code ?? 'none'}` : signal;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 500) || 'it said nothing';
}
