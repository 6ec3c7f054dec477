import type { TextRef } from '../contracts/text.ts';

/** The text, or of a long one its beginning and its length. */
export function textOf(ref: TextRef): string {
  return 'text' in ref ? ref.text : `${ref.head}… (${ref.length} characters)`;
}
