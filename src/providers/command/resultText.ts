import { stripVTControlCharacters } from 'node:util';

const resultBytes = 4 * 1024;
/** Colours and cursor moves take room too: enough raw text for a result. */
const rawLength = 32 * 1024;

export interface OutputTail {
  add(data: string): void;
  /** The last lines as a person would read them, at most 4 kB; undefined when there are none. */
  text(): string | undefined;
}

export function createOutputTail(): OutputTail {
  let raw = '';
  let isCut = false;
  return {
    add: data => {
      const joined = raw + data;
      isCut ||= joined.length > rawLength;
      raw = joined.slice(-rawLength);
    },
    text: () => resultText(isCut ? raw.slice(raw.indexOf('\n') + 1) : raw),
  };
}

export function resultText(raw: string): string | undefined {
  const lines = stripVTControlCharacters(raw).split('\n').map(visible);
  const text = lastBytes(lines.join('\n').trim());
  return text === '' ? undefined : text;
}

/** What stays on the screen of a line: a progress bar writes over itself after each carriage return. */
function visible(line: string): string {
  const written = line.replace(/\r+$/, '');
  return written
    .slice(written.lastIndexOf('\r') + 1)
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
    .trimEnd();
}

/** Whole lines from the end; a single line that is too long keeps its end. */
function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= resultBytes) return text;
  let start = bytes.length - resultBytes;
  const isContinuation = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80;
  while (isContinuation(start)) start++;
  const end = bytes.toString('utf8', start);
  const lineStart = end.indexOf('\n') + 1;
  return bytes[start - 1] === 0x0a ? end : end.slice(lineStart);
}
