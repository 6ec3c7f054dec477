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
    const tail = randomLetters(5);
    const id = slug === '' ? `thread-${tail}` : `thread-${slug}-${tail}`;
    if (!isTaken(id)) return id;
  }
}

export function makeTurnId(): string {
  return `turn-${randomUUID()}`;
}

export function makeMessageId(): string {
  return `msg-${randomLetters(10)}`;
}

export function makeRequestId(): string {
  return `req-${randomLetters(10)}`;
}

function randomLetters(length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}
