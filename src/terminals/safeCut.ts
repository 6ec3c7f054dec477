/**
 * The first place at or after `least` where a status query may be put into terminal output: where no escape
 * sequence, string or surrogate pair is open. Undefined when the text has none.
 */
export function safeCut(text: string, least: number): number | undefined {
  const lineEnd = text.indexOf('\n', least - 1);
  if (lineEnd >= 0) return lineEnd + 1;
  const lastEscape = text.lastIndexOf('\u001b');
  if (lastEscape < 0) return isPairOpen(text) ? undefined : text.length;
  if (/^\u001b(?:\[[0-?]*[ -/]*[@-~]|[^[\]PX^_])/.test(text.slice(lastEscape, lastEscape + 80))) {
    // A string (OSC, DCS) is ended by ESC \ too; before it everything is closed, behind it as well.
    return isPairOpen(text) ? undefined : text.length;
  }
  return lastEscape >= least ? lastEscape : undefined;
}

function isPairOpen(text: string): boolean {
  return /[\uD800-\uDBFF]$/.test(text);
}
