import { randomInt, randomUUID } from 'node:crypto';
import type { ThreadId } from '../contracts/ids.ts';

const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A new id that a person can tell apart in a list: the task's words and five random characters. */
export function makeThreadId(taskName: string, isTaken: (id: ThreadId) => boolean): ThreadId {
  const slug = taskName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  for (;;) {
    const tail = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
    const id = slug === '' ? `thread-${tail}` : `thread-${slug}-${tail}`;
    if (!isTaken(id)) return id;
  }
}

export function makeTurnId(): string {
  return `turn-${randomUUID()}`;
}
