import { buffer } from 'node:stream/consumers';
import { DockError } from '../contracts/errors.ts';

/** All of standard input as the text it is: a byte order mark stays, and what is no UTF-8 is refused, not replaced. */
export async function readStdin(stream: NodeJS.ReadableStream): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await buffer(stream));
  } catch (cause) {
    throw new DockError('invalid_arguments', 'Expected UTF-8 text on standard input.', {
      cause,
      hint: 'Convert it first, such as with `iconv -t UTF-8`.',
    });
  }
}
