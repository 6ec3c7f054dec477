import { type ThreadId, threadIdSchema } from '../contracts/ids.ts';

interface Place {
  readonly startIndex: number;
  readonly length: number;
}

export type LinkText = Place &
  (
    | { readonly kind: 'thread'; readonly id: ThreadId }
    | { readonly kind: 'file'; readonly path: string; readonly line: number }
  );

/** A line can be as long as an agent likes; only so many candidates are looked up on the disk. */
const most = 10;
const words = /thread-[a-z0-9-]{3,64}|(?:[A-Za-z]:)?[\w@~./\\-]*[\w/\\-]\.\w{1,10}(?::\d{1,7})?/g;

/** What in a line of a transcript may be a thread or a file. */
export function findLinks(line: string): LinkText[] {
  return Array.from(line.slice(0, 4_000).matchAll(words))
    .slice(0, most)
    .map((match): LinkText => {
      const [word] = match;
      const place = { startIndex: match.index, length: word.length };
      const id = threadIdSchema.safeParse(word);
      if (id.success) return { ...place, kind: 'thread', id: id.data };
      const [, path = word, lineText] = /^(.*?)(?::(\d+))?$/.exec(word) ?? [];
      return { ...place, kind: 'file', path, line: Math.max(1, Number(lineText ?? 1)) };
    });
}
