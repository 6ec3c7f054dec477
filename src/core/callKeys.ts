/**
 * So many of a thread's newest calls of one kind are known again by their keys. A call is repeated within minutes, or at
 * a host's next start: then by the drop folder, which takes 300 requests at once and after that no more than it answers.
 */
export const keptKeys = 1_000;

type Keys = Readonly<Record<string, string>>;

/** Objects list names that are numbers first, and inherit others: behind this neither is so. */
const prefix = 'key ';

/** `keys` with one more, without the oldest beyond those that are kept. */
export function withKey(keys: Keys, key: string, id: string): Record<string, string> {
  const others = Object.entries(keys).filter(([name]) => name !== prefix + key);
  return Object.fromEntries([...others.slice(1 - keptKeys), [prefix + key, id]]);
}

/** What the call with this key made, if it is known. */
export function madeBy(keys: Keys, key: string): string | undefined {
  return keys[prefix + key];
}
