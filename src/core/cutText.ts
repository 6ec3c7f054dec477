/** A text of at most so many characters, and a sign where more was. */
export function cutText(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}\n…` : text;
}
