import { wholeCharacters } from './wholeCharacters.ts';

/**
 * Bytes of JSON that one page may have for a model: clients pass on some 50,000 characters or 25,000 tokens of a reply,
 * and where a reply is longer what stands behind it is lost first.
 */
export const modelPageBytes = 20_000;

/** The longest piece of a text from there on that takes at most so many bytes as JSON. Cuts no character in two. */
export function textPage(text: string, from: number, bytes: number): string {
  let page = wholeCharacters(text.slice(from, from + bytes));
  for (let size = jsonBytes(page); size > bytes; size = jsonBytes(page)) {
    page = wholeCharacters(page.slice(0, Math.floor((page.length * bytes) / size)));
  }
  return page;
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
