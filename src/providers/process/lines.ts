import type { Readable } from 'node:stream';

/** A line is one string; V8 ends at 512 MB. */
const defaultMaxLength = 256 * 1024 * 1024;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Gives each line of a byte stream without its LF or CRLF, the unfinished last one too. Bytes that are not UTF-8 become
 * U+FFFD. A line over `maxLength` bytes is cut there. Resolves when the stream has ended, also by an error; rejects
 * only with what `onLine` throws.
 */
export async function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  options: { readonly maxLength?: number } = {},
): Promise<void> {
  const maxLength = options.maxLength ?? defaultMaxLength;
  let parts: Buffer[] = [];
  let length = 0;

  const keep = (part: Buffer): void => {
    const fitting = part.subarray(0, maxLength - length);
    if (fitting.length > 0) parts.push(fitting);
    length += fitting.length;
  };
  const deliver = (): void => {
    const line = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    if (line !== undefined)
      onLine(line.toString('utf8', 0, line.at(-1) === carriageReturn ? line.length - 1 : line.length));
  };

  for await (const chunk of chunksOf(stream)) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      keep(chunk.subarray(start, end));
      deliver();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) deliver();
}

/** A stream that breaks has ended, as far as lines go. */
async function* chunksOf(stream: Readable): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(() => undefined);
    if (next === undefined || next.done) return;
    yield Buffer.from(next.value);
  }
}
