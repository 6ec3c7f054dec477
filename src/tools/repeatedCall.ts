import { isDeepStrictEqual } from 'node:util';
import type { HistoryEvent } from '../contracts/agentEvent.ts';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import { stateChangeSchema } from '../contracts/journalEvent.ts';
import type { MessageState } from '../contracts/message.ts';
import { refOf } from '../store/blobs.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** How a turn was queued, from the thread's record: it may have ended long ago. Without an id, the first turn. */
export function queuedTurn(
  store: ThreadStore,
  thread: ThreadId,
  turnId?: string,
): Promise<HistoryEvent | undefined> {
  return findEvent(
    store,
    thread,
    event => event.type === 'turn.queued' && (turnId === undefined || event.turn_id === turnId),
  );
}

/** Whether an earlier message had this text. True where the record does not tell any more. */
export async function hadText(
  store: ThreadStore,
  thread: ThreadId,
  id: string,
  text: string,
): Promise<boolean> {
  const event = await findEvent(store, thread, one => messageOf(one)?.id === id);
  const message = event === undefined ? undefined : messageOf(event);
  return message === undefined || isDeepStrictEqual(message.text, refOf(text));
}

/** What became of a message that has left the inbox. */
export async function settledState(store: ThreadStore, thread: ThreadId, id: string): Promise<MessageState> {
  const event = await findEvent(store, thread, one => lostBy(one, id) !== undefined);
  return (event === undefined ? undefined : lostBy(event, id)) ?? 'acknowledged';
}

function lostBy(event: HistoryEvent, id: string): MessageState | undefined {
  const { data } = stateChangeSchema.safeParse(event);
  if (data?.type !== 'messages.moved' || !data.message_ids.includes(id)) return undefined;
  return data.to === 'unknown' || data.to === 'failed' ? data.to : undefined;
}

function messageOf(event: HistoryEvent) {
  const parsed = stateChangeSchema.safeParse(event);
  return parsed.success && parsed.data.type === 'message.queued' ? parsed.data.message : undefined;
}

async function findEvent(
  { history }: ThreadStore,
  thread: ThreadId,
  isWanted: (event: HistoryEvent) => boolean,
): Promise<HistoryEvent | undefined> {
  for (let after = 0; ; ) {
    const { events, more } = await history.read(thread, { after });
    const found = events.find(isWanted);
    if (found !== undefined || !more) return found;
    after = events.at(-1)?.seq ?? after;
  }
}

/** Whether the turn has this prompt, and its place. True where the record does not tell any more. */
export function isTurnOf(
  turn: HistoryEvent | undefined,
  { prompt, native = false }: { readonly prompt: string; readonly native?: boolean | undefined },
): boolean {
  if (turn?.['prompt'] === undefined) return true;
  return isDeepStrictEqual(turn['prompt'], refOf(prompt)) && (turn['native'] === true) === native;
}

export function keyConflict(thread: ThreadId): DockError {
  return new DockError(
    'conflict',
    `The idempotency key was used before, for another call (thread ${thread}).`,
    { hint: 'Use a new key for another call; a repeat has the same arguments as the first.' },
  );
}
