import { wholeCharacters } from './wholeCharacters.ts';

/** Characters of a request's title. */
const longest = 200;

/** A text on one line, for a list: what a person is to allow or answer may stand in any of its lines. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${wholeCharacters(line.slice(0, longest - 1))}…` : line;
}
