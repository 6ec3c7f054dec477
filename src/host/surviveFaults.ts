import type { EventEmitter } from 'node:events';
import type { Log } from './log.ts';

/**
 * The last resort: what nobody caught, a rejected promise too, is logged and ends nothing. One bad turn must not take
 * the others with it. Only names and places are kept: an error's message may quote a prompt.
 */
export function surviveFaults(program: EventEmitter, log: Log): void {
  program.on('uncaughtException', (error: unknown) => log(`fault: ${describe(error)}`));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `something of type ${typeof error} was thrown`;
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  const places = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
  return [`${error.name}${code}`, ...places.map(line => line.trim())].join(' ');
}
