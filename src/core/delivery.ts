import type { Message } from '../contracts/message.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import { roomFor } from './digest.ts';
import { isUncertain } from './reduceInbox.ts';
import { isAssigned, isNews, isUnassigned } from './waitingMessages.ts';

/** Characters of what one turn brings; more comes with the next. */
export const longestTurn = 200_000;
/** The same with a reply to a tool call: providers cut long results. */
const longestWithReply = 20_000;
/** The same in a terminal, where the person sees it. */
const longestInTerminal = 20_000;

/** News that come within this time of each other are one turn. */
export const newsWindowMs = 2_000;
/** A provider that dies as often before it has read a message is not woken for it any more. */
export const mostLost = 3;

/** What is to happen with a thread's inbox now. */
export type Delivery =
  | { readonly kind: 'none' }
  /** All of these make one turn. */
  | { readonly kind: 'turn'; readonly messages: readonly Message[] }
  /** A turn that lets a master go on that was cut, with what waits, if anything does. */
  | { readonly kind: 'comeback'; readonly messages: readonly Message[] }
  /** They go to the running turn. */
  | { readonly kind: 'steer'; readonly messages: readonly Message[] }
  /** To be looked at again then, in milliseconds since 1970. */
  | { readonly kind: 'later'; readonly at: number };

export interface DeliveryOptions {
  readonly wake: EffectiveSettings['wake_master'];
  /** The provider takes messages in mid-turn. */
  readonly canSteer: boolean;
  /** The thread's running turn is a terminal that takes messages now. */
  readonly terminalRests: boolean;
  /** Something below the thread is active. */
  readonly isBusyBelow: boolean;
  readonly now: number;
}

const nothing: Delivery = { kind: 'none' };

/** Pure: asked after each change of a thread, of what is below it, and at a host's start; so nothing waits unseen. */
export function planDelivery(thread: Thread, options: DeliveryOptions): Delivery {
  const waiting = thread.inbox.filter(isUnassigned);
  if (waiting.length === 0) return nothing;
  if (thread.turn?.native === true) return planTerminal(thread, waiting, options);
  if (thread.turn !== undefined) return planSteer(thread, options);
  // What is queued brings the thread to its next rest first; and what may come back is to come first.
  if (thread.queue.length > 0 || thread.inbox.some(one => isUncertain(one, thread))) return nothing;
  if (hasDueWords(thread)) return { kind: 'turn', messages: batchOf(waiting, longestTurn) };
  const fresh = waiting.filter(message => mayStart(message, thread));
  return planWake(thread, waiting, fresh, options);
}

/** Whether somebody's words wait for a thread that has no turn, and start its next one without delay. */
export function hasDueWords(thread: Thread): boolean {
  if (thread.turn !== undefined || thread.queue.length > 0) return false;
  const isDue = (message: Message) => isUnassigned(message) && !isNews(message.kind);
  return thread.inbox.some(message => isDue(message) && mayStart(message, thread));
}

/** What the agent in a terminal is given instead of the rest it is about to take: nothing waits for more of it. */
export function restMessages(
  thread: Thread,
  options: Pick<DeliveryOptions, 'wake' | 'isBusyBelow'>,
): readonly Message[] {
  const plan = planTerminal(thread, thread.inbox.filter(isUnassigned), {
    ...options,
    canSteer: false,
    terminalRests: true,
    now: Number.POSITIVE_INFINITY,
  });
  return plan.kind === 'steer' ? plan.messages : [];
}

/**
 * Words that so many turns failed over that no other is tried: their sender is to be told. News wait on, since a result
 * reaches whoever is resumed days later.
 */
export function givenUp(thread: Thread): readonly Message[] {
  if (thread.turn !== undefined || thread.queue.length > 0) return [];
  return thread.inbox.filter(
    message =>
      isUnassigned(message) &&
      !isNews(message.kind) &&
      message.lost >= mostLost &&
      !mayStart(message, thread),
  );
}

/** What the next reply to a tool call of the running turn brings along. */
export function replyMessages(thread: Thread): readonly Message[] {
  const isOnItsWay = ({ state, with_reply }: Message) => state === 'sending' && with_reply !== true;
  // What a provider would cut goes into the turn as a text of its own.
  const isTooLong = (message: Message) => roomFor(message) > longestWithReply;
  const words = wordsForNow(
    thread,
    message => isOnItsWay(message) || isTooLong(message) || isUncertain(message, thread),
  );
  const messages = thread.inbox.filter(
    message => isUnassigned(message) && (isNews(message.kind) || words.includes(message)),
  );
  return batchOf(messages, longestWithReply);
}

function wordsForNow(thread: Thread, mayComeBack: (message: Message) => boolean): readonly Message[] {
  const isNow = ({ when }: Message) => when === 'now';
  const comesFirst = (message: Message) => mayComeBack(message) || (isNow(message) && isAssigned(message));
  return wordsInOrder(thread, comesFirst).filter(isNow);
}

/** Behind one that is still to come, or may come back, nothing goes: it would come before it. */
function wordsInOrder({ inbox }: Thread, comesFirst: (message: Message) => boolean): readonly Message[] {
  const words = inbox.filter(({ kind }) => !isNews(kind));
  const first = words.findIndex(comesFirst);
  return (first < 0 ? words : words.slice(0, first)).filter(isUnassigned);
}

/**
 * As many of the oldest as fit: a prompt that no model can take would never arrive. At least one that was not tried
 * before: else turns that fail would follow each other without end.
 */
export function batchOf(messages: readonly Message[], longest: number): readonly Message[] {
  const fresh = messages.findIndex(isFresh);
  let length = 0;
  const fits = messages.findIndex((message, index) => {
    length += roomFor(message);
    return index > Math.max(0, fresh) && length > longest;
  });
  return fits < 0 ? messages : messages.slice(0, fits);
}

function planSteer(thread: Thread, { canSteer }: DeliveryOptions): Delivery {
  const isInReply = ({ state, with_reply }: Message) => state === 'sending' && with_reply === true;
  const messages = wordsForNow(thread, message => isInReply(message) || isUncertain(message, thread));
  const takes = canSteer && thread.turn?.started_at !== undefined && !thread.cancel_requested;
  return takes && messages.length > 0 ? { kind: 'steer', messages: batchOf(messages, longestTurn) } : nothing;
}

/** The person sits there: what comes waits until the agent rests and nobody types. */
function planTerminal(thread: Thread, waiting: readonly Message[], options: DeliveryOptions): Delivery {
  if (!options.terminalRests || thread.turn?.started_at === undefined || thread.cancel_requested)
    return nothing;
  const words = wordsInOrder(thread, message => message.state === 'sending' || isUncertain(message, thread));
  const messages = waiting.filter(message => isNews(message.kind) || words.includes(message));
  const plan: Delivery =
    words.length > 0 ? { kind: 'turn', messages } : planWake(thread, messages, messages, options);
  if (plan.kind !== 'turn') return plan;
  return { kind: 'steer', messages: batchOf(plan.messages, longestInTerminal) };
}

function planWake(
  thread: Thread,
  waiting: readonly Message[],
  fresh: readonly Message[],
  { wake, isBusyBelow, now }: DeliveryOptions,
): Delivery {
  const [first] = fresh;
  // Who was cancelled is not called back by what it had started.
  if (first === undefined || wake === 'never' || thread.state === 'cancelled') return nothing;
  const mayWait = wake === 'all_done' && isBusyBelow && !fresh.some(({ kind }) => kind === 'child_waits');
  if (mayWait) return nothing;
  const due = Date.parse(first.queued_at) + newsWindowMs;
  return now >= due ? { kind: 'turn', messages: batchOf(waiting, longestTurn) } : { kind: 'later', at: due };
}

/**
 * What a turn failed to bring waits for the next one, and starts one itself as soon as another was good: not before, or a
 * provider that cannot work would be tried for ever.
 */
function mayStart(message: Message, { state, last_outcome: outcome }: Thread): boolean {
  if (message.attempts === 0 && message.lost === 0) return true;
  // Who was cancelled is not called back by what had come before.
  if (state === 'cancelled') return false;
  return outcome === 'completed' || isFresh(message);
}

function isFresh({ attempts, lost }: Message): boolean {
  return attempts === 0 && lost < mostLost;
}
