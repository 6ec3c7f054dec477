import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import { batchOf, type Delivery, longestTurn } from './delivery.ts';
import { isUnassigned } from './waitingMessages.ts';

/** How long a master rests before AgentDock gives it the first, second and third turn to go on, in milliseconds. */
export const comebackMs: readonly number[] = [5_000, 30_000, 120_000];

/** What was cut longer ago is the person's to resume: nobody expects it to start by itself any more. */
const longestAgoMs = 60 * 60_000;

export interface ComebackOptions {
  readonly wake: EffectiveSettings['wake_master'];
  readonly now: number;
  readonly delaysMs?: readonly number[];
}

/**
 * A master that was cut over its news rests with work that nobody goes on with: it gets a turn of its own, a few times in
 * a row. What waits comes along; what its provider has taken is not sent again.
 */
export function planComeback(thread: Thread, { wake, now, delaysMs }: ComebackOptions): Delivery {
  const at = wake === 'never' ? undefined : comebackAt(thread, delaysMs);
  if (at === undefined || now - at > longestAgoMs) return { kind: 'none' };
  if (now < at) return { kind: 'later', at };
  const waiting = thread.inbox.filter(isUnassigned);
  return { kind: 'comeback', messages: batchOf(waiting, longestTurn) };
}

/** When AgentDock lets it go on, unless news come before, in milliseconds since 1970; undefined when it does not. */
export function comebackAt(thread: Thread, delaysMs = comebackMs): number | undefined {
  const { role, turn, queue, inbox, last_native: wasNative, comebacks = 0, since } = thread;
  // Nobody would sit in front of a terminal that opens by itself.
  if (role !== 'master' || turn !== undefined || queue.length > 0 || wasNative === true) return undefined;
  const hasNews = inbox.some(message => message.state === 'delivered' || isUnassigned(message));
  const delay = delaysMs[comebacks];
  return wasCut(thread) && hasNews && delay !== undefined ? Date.parse(since) + delay : undefined;
}

function wasCut({ state, error }: Thread): boolean {
  return state === 'interrupted' || (state === 'failed' && error?.retryable === true);
}

/** What it is told, before the news. */
export const comebackText =
  'AgentDock: your last turn was cut off before its end. Look at what is done (list_threads), and go on.';
