/** Breaks a text at a blank, so that the first line has at most `width` characters; all else is the second line. */
export function twoLines(text: string, width: number): { readonly first: string; readonly second: string } {
  if (text.length <= width) return { first: text, second: '' };
  const at = text.lastIndexOf(' ', width);
  return at < 0 ? { first: '', second: text } : { first: text.slice(0, at), second: text.slice(at + 1) };
}
