import type { ThreadId } from '../contracts/ids.ts';
import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { replyMessages, restMessages } from '../core/delivery.ts';
import { dropStaleNews } from './dropStaleNews.ts';
import { giveUpUnreadable } from './giveUp.ts';
import type { MailDelivery } from './mailDelivery.ts';
import { markedText } from './mailTexts.ts';
import { moveMessages } from './moveMessages.ts';
import { type WakeParts, wakeOptions } from './wakeOptions.ts';

type Choose = (thread: Thread) => readonly Message[];

/** Messages that agents come for: with a tool call, or when they are about to rest. One call of a thread at a time. */
export class MailPickup {
  readonly #parts: WakeParts;
  readonly #delivery: Pick<MailDelivery, 'written'>;
  /** What agents in terminals were given the last time they were about to rest. */
  readonly #givenAtRest = new Map<ThreadId, readonly Message[]>();

  constructor(parts: WakeParts, delivery: Pick<MailDelivery, 'written'>) {
    this.#parts = parts;
    this.#delivery = delivery;
  }

  async forReply(id: ThreadId, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#take(id, replyMessages, signal))?.text;
  }

  async atRest(id: ThreadId, signal: AbortSignal): Promise<string | undefined> {
    await this.#acknowledgeRead(id);
    const choose: Choose = thread => restMessages(thread, wakeOptions(id, this.#parts));
    const taken = await this.#take(id, choose, signal);
    if (taken !== undefined) this.#givenAtRest.set(id, taken.messages);
    return taken?.text;
  }

  /** What was taken last for the rest is not known to have been read. */
  notBrought(id: ThreadId): void {
    this.#givenAtRest.delete(id);
  }

  /** Journalled before it is given: who reads the text may be gone right after. */
  async #take(
    id: ThreadId,
    choose: Choose,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly messages: readonly Message[] } | undefined> {
    const { store } = this.#parts;
    const thread = await dropStaleNews(id, store);
    const messages = thread === undefined ? [] : await this.#readable(id, choose);
    if (thread?.turn === undefined || thread.cancel_requested || messages.length === 0) return undefined;
    const text = await markedText(messages, store);
    if (signal.aborted) return undefined;
    await moveMessages(store, id, messages, 'sending', { turn_id: thread.turn.id, with_reply: true });
    if (!signal.aborted) return { text, messages };
    await moveMessages(store, id, messages, 'queued');
    return undefined;
  }

  /** What is to be brought, without what cannot be read any more. */
  async #readable(id: ThreadId, choose: Choose): Promise<readonly Message[]> {
    const { store } = this.#parts;
    for (;;) {
      const thread = store.get(id);
      const messages = thread === undefined ? [] : choose(thread);
      if (thread === undefined || !(await giveUpUnreadable(thread, messages, store))) return messages;
    }
  }

  /** An agent that is about to rest has read what its turn was brought before. */
  async #acknowledgeRead(id: ThreadId): Promise<void> {
    const { store } = this.#parts;
    // A turn can be over before the disk has taken that its text arrived.
    await this.#delivery.written(id);
    const given = this.#givenAtRest.get(id) ?? [];
    this.#givenAtRest.delete(id);
    const { turn, inbox = [] } = store.get(id) ?? {};
    const read = inbox.filter(
      ({ id: one, state, turn_id }) =>
        turn_id === turn?.id &&
        (state === 'delivered' || (state === 'sending' && given.some(message => message.id === one))),
    );
    if (turn === undefined || read.length === 0) return;
    await moveMessages(store, id, read, 'acknowledged', { turn_id: turn.id });
  }
}
