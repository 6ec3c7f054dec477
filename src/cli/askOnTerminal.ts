import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { CommandContext } from './command.ts';
import { printable } from './io.ts';

/** Asks the person at a terminal; undefined where there is none. The question keeps out of standard output. */
export function askOnTerminal(
  input: Readable & { readonly isTTY?: boolean },
  output: Writable & { readonly isTTY?: boolean },
): CommandContext['ask'] | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return async question => {
    // A prompt may have been read from it.
    if (input.readableEnded) return '';
    const lines = createInterface({ input, output });
    // The end of the input is no answer, and Ctrl+C takes the command back.
    const ended = new Promise<string>(resolve => lines.once('close', () => resolve('')));
    try {
      return await Promise.race([lines.question(printable(question)), ended]);
    } finally {
      lines.close();
    }
  };
}
