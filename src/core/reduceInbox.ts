import type { Message, MessageState } from '../contracts/message.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import { withKey } from './callKeys.ts';
import { definedOnly } from './definedOnly.ts';
import { foldNews } from './foldNews.ts';
import type { Of, Patch } from './threadPatch.ts';

type Inbox = readonly Message[];

/** Of what is settled so many are kept, for those who look what became of a message. */
const keptSettled = 20;
/** The same of messages that may not have arrived: the person is to see them. */
const keptLost = 100;

/** Why a message still waits although nothing works. */
const notLeft =
  'The turn that was to bring it ended before it had left. It comes once the thread works again.';
const cancelled = 'The thread was cancelled. It comes once the thread has been resumed.';

export function queueMessage(thread: Thread, event: Of<'message.queued'>): Patch {
  const { message, idempotency_key: key } = event;
  if (thread.inbox.some(({ id }) => id === message.id)) return {};
  const queued: Message = {
    ...message,
    state: 'queued',
    attempts: 0,
    lost: 0,
    queued_at: event.at,
    queued_gseq: event.gseq,
  };
  return {
    inbox: foldNews([...withoutOldest(thread), queued]),
    ...(key === undefined ? {} : { message_keys: withKey(thread.message_keys, key, message.id) }),
  };
}

export function moveMessages(thread: Thread, event: Of<'messages.moved'>): Patch {
  const { message_ids: ids, to } = event;
  return {
    inbox: thread.inbox.map(message =>
      ids.includes(message.id) && mayMove(message, to) ? moved(message, event, thread) : message,
    ),
  };
}

/** The turn is to bring them: they wait for nothing else. */
export function assignMessages(inbox: Inbox, turn: Turn): Message[] {
  return each(inbox, turn.brings, ({ reason: _, ...message }) => ({ ...message, turn_id: turn.id }));
}

/** The prompt that brings them may have left. */
export function messagesSending(inbox: Inbox, turnId: string): Message[] {
  return inbox.map(message =>
    message.turn_id === turnId && message.state === 'queued' ? { ...message, state: 'sending' } : message,
  );
}

/** The provider has taken the prompt that brings them. */
export function messagesDelivered(inbox: Inbox, brings: readonly string[]): Message[] {
  return each(inbox, brings, message =>
    message.state === 'sending' || message.state === 'queued' ? { ...message, state: 'delivered' } : message,
  );
}

/**
 * What a turn that has ended did with the messages it brought or took. A good one has also gone on with all that earlier
 * ones, which were cut, have left in the session. Whether one that was cut has left them there nobody knows: its provider
 * may have died before it wrote them down.
 */
export function settleMessages(inbox: Inbox, turnId: string, outcome: string): Message[] {
  return inbox.map(message => {
    if (message.state === 'delivered' && message.cut !== true) {
      if (outcome === 'completed') return { ...message, state: 'acknowledged' };
      return message.turn_id === turnId ? { ...message, cut: true } : message;
    }
    if (message.state !== 'queued' || message.turn_id !== turnId) return message;
    return freed(message, outcome === 'cancelled' ? cancelled : notLeft);
  });
}

/** The turns that were to bring them will not start. */
export function freeMessages(inbox: Inbox, turns: readonly Turn[]): Message[] {
  const ids = turns.map(({ id }) => id);
  return inbox.map(message =>
    message.state === 'queued' && message.turn_id !== undefined && ids.includes(message.turn_id)
      ? freed(message, cancelled)
      : message,
  );
}

/** A cancel comes before what waits: that starts no turn by itself any more. */
export function holdMessages(inbox: Inbox): Message[] {
  return inbox.map(message =>
    message.state === 'queued' && message.turn_id === undefined ? freed(message, cancelled) : message,
  );
}

/** Whether something is still to happen with it. */
export function isOpenMessage(message: Message, thread: Thread): boolean {
  const { state, turn_id } = message;
  if (state === 'delivered') return turn_id === thread.turn?.id || isUncertain(message, thread);
  return state === 'queued' || state === 'sending';
}

/** May not have arrived with a turn that is over; the transcript is to tell. */
export function isUncertain({ state, turn_id, cut }: Message, { turn }: Thread): boolean {
  return (state === 'sending' || cut === true) && turn_id !== turn?.id;
}

function withoutOldest(thread: Thread): Message[] {
  const settled = thread.inbox.filter(message => !isOpenMessage(message, thread));
  const arrived = settled.filter(({ state }) => !isLost(state));
  const lost = settled.filter(({ state }) => isLost(state));
  const dropped = new Set([...withoutNewest(arrived, keptSettled), ...withoutNewest(lost, keptLost)]);
  return thread.inbox.filter(message => !dropped.has(message));
}

function withoutNewest(messages: Inbox, kept: number): Inbox {
  return messages.slice(0, Math.max(0, messages.length - kept));
}

function isLost(state: MessageState): boolean {
  return state === 'failed' || state === 'unknown';
}

function each(inbox: Inbox, ids: readonly string[], change: (message: Message) => Message): Message[] {
  return inbox.map(message => (ids.includes(message.id) ? change(message) : message));
}

/** Waits for another turn, and starts none by itself: the last one that was to bring it did not get that far. */
function freed({ turn_id: _, ...message }: Message, reason: string): Message {
  return { ...message, attempts: message.attempts + 1, reason };
}

function moved(message: Message, event: Of<'messages.moved'>, thread: Thread): Message {
  const { to: state, reason } = event;
  // Back in the queue it belongs to no turn, and does not call back who was cancelled.
  const { turn_id, with_reply, cut: _, reason: __, ...free } = message;
  if (state === 'queued') {
    const attempts = message.attempts + (thread.state === 'cancelled' ? 1 : 0);
    // A running turn said so itself, and its end brings the message on; a host that was killed is no fault of the provider's.
    const isLost = thread.turn === undefined && thread.last_outcome !== 'interrupted';
    const lost = message.lost + (isLost ? 1 : 0);
    return { ...free, state, attempts, lost, ...definedOnly({ reason }) };
  }
  const way = { turn_id: event.turn_id ?? turn_id, with_reply: event.with_reply ?? with_reply };
  return { ...free, state, ...definedOnly({ ...way, reason }) };
}

function isFinal(state: MessageState): boolean {
  return state === 'acknowledged' || isLost(state);
}

/** What is settled stays settled. */
function mayMove({ state, cut }: Message, to: MessageState): boolean {
  return (state !== to || cut === true) && !isFinal(state);
}
