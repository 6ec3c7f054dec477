import type { TextRef } from '../contracts/text.ts';

/** The inline text of a reference, or what it keeps inline of a long one. */
export function knownText(ref: TextRef): string {
  return 'text' in ref ? ref.text : ref.head;
}
