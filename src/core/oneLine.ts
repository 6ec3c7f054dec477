/** Characters of a request's title. */
const longest = 200;

/** The first line of a text, for a list. */
export function oneLine(text: string): string {
  const [line = ''] = text.trim().split(/\r?\n/, 1);
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
