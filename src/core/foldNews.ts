import type { Message } from '../contracts/message.ts';
import { isNews, isUnassigned } from './waitingMessages.ts';

/** News that wait as messages of their own. A master that nothing wakes may never read them. */
const mostNews = 200;

/**
 * Beyond the limit an older end of a child's turn becomes a count with the next one. The last end of every child stays, and
 * so does what a child waits for: who gets the news later acts on these.
 */
export function foldNews(inbox: Message[]): Message[] {
  const over = inbox.filter(message => isUnassigned(message) && isNews(message.kind)).length - mostNews;
  let folded = inbox;
  for (let left = over; left > 0; left -= 1) {
    const pair = oldestPair(folded);
    if (pair === undefined) break;
    const { older, newer } = pair;
    folded = folded
      .filter(message => message !== older)
      .map(message => (message === newer ? { ...newer, earlier: earlierOf(older, newer) } : message));
  }
  return folded;
}

/** The oldest end of a turn that another one of the same child follows. */
function oldestPair(
  inbox: readonly Message[],
): { readonly older: Message; readonly newer: Message } | undefined {
  const seen = new Map<string | undefined, Message>();
  let pair: { readonly older: Message; readonly newer: Message } | undefined;
  for (const older of inbox.toReversed()) {
    if (older.kind !== 'child_ended' || !isUnassigned(older)) continue;
    const newer = seen.get(older.from);
    if (newer !== undefined) pair = { older, newer };
    seen.set(older.from, older);
  }
  return pair;
}

function earlierOf(older: Message, newer: Message): Readonly<Record<string, number>> {
  const outcome = older.outcome ?? 'completed';
  const counts = { ...newer.earlier };
  for (const [name, count] of [[outcome, 1] as const, ...Object.entries(older.earlier ?? {})]) {
    counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}
