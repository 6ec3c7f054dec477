/**
 * The first place at or after `least` where a status query may be put into terminal output: where no escape
 * sequence, string or surrogate pair is open. Undefined when the text has none.
 */
export function safeCut(text: string, least: number): number | undefined {
  const lineEnd = text.indexOf('\n', least - 1);
  if (lineEnd >= 0) return lineEnd + 1;
  const lastEscape = text.lastIndexOf('\u001b');
  if (lastEscape < 0) return isPairOpen(text) ? undefined : text.length;
  if (isClosed(text, lastEscape)) return isPairOpen(text) ? undefined : text.length;
  return lastEscape >= least ? lastEscape : undefined;
}

/** The last such place; behind it is nothing that a terminal could already have acted on. */
export function safeEnd(text: string): number {
  const lastEscape = text.lastIndexOf('\u001b');
  if (lastEscape >= 0 && !isClosed(text, lastEscape)) return lastEscape;
  return isPairOpen(text) ? text.length - 1 : text.length;
}

/** A string (OSC, DCS) is ended by ESC \ too: behind that everything is closed. A BEL ends an OSC as well. */
function isClosed(text: string, from: number): boolean {
  return /^\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[^[\]PX^_])/.test(text.slice(from));
}

function isPairOpen(text: string): boolean {
  return /[\uD800-\uDBFF]$/.test(text);
}
