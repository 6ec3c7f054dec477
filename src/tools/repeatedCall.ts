import { isDeepStrictEqual } from 'node:util';
import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import { refOf } from '../store/blobs.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** How a turn was queued, from the thread's record: it may have ended long ago. Without an id, the first turn. */
export async function queuedTurn(
  { history }: ThreadStore,
  thread: ThreadId,
  turnId?: string,
): Promise<HistoryEvent | undefined> {
  for (let after = 0; ; ) {
    const { events, more } = await history.read(thread, { after });
    const found = events.find(
      event => event.type === 'turn.queued' && (turnId === undefined || event.turn_id === turnId),
    );
    if (found !== undefined || !more) return found;
    after = events.at(-1)?.seq ?? after;
  }
}

/** Whether the turn has this prompt. True where the record does not tell any more. */
export function hasPrompt(turn: HistoryEvent | undefined, prompt: string): boolean {
  return turn?.['prompt'] === undefined || isDeepStrictEqual(turn['prompt'], refOf(prompt));
}

export function keyConflict(thread: ThreadId): DockError {
  return new DockError(
    'conflict',
    `The idempotency key was used before, for another call (thread ${thread}).`,
    { hint: 'Use a new key for another call; a repeat has the same arguments as the first.' },
  );
}
