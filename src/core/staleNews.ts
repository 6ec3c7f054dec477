import type { ThreadId } from '../contracts/ids.ts';
import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';

/** News that a child waits, of a request that is answered or that nobody waits for any more. */
export function staleNews(
  { inbox }: Thread,
  threadOf: (id: ThreadId) => Thread | undefined,
): readonly Message[] {
  return inbox.filter(({ kind, state, turn_id, from, request_id }) => {
    if (kind !== 'child_waits' || state !== 'queued' || turn_id !== undefined) return false;
    const child = from === undefined ? undefined : threadOf(from);
    return child?.requests.some(({ id }) => id === request_id) !== true;
  });
}
