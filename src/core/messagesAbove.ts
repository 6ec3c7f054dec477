import type { StateChange } from '../contracts/journalEvent.ts';

type Moved = Extract<StateChange, { type: 'messages.moved' }>;

interface Shown {
  /** As it stood in the record when it was queued. */
  readonly words: string;
  /** It is being brought as a text of its own; what comes with a reply always names its messages. */
  isUnderWay: boolean;
  /** All that left with it in one text. */
  together: readonly string[];
  /** A text that brings it has been told. */
  isBrought: boolean;
}

/** The messages that stand in a record, oldest first, so that the text which brings one need not repeat its words. */
export class MessagesAbove {
  readonly #shown = new Map<string, Shown>();

  queued(id: string, text: string): void {
    this.#shown.set(id, { words: text.trim(), isUnderWay: false, together: [], isBrought: false });
  }

  moved({ message_ids, to, with_reply }: Moved): void {
    for (const id of message_ids) {
      const shown = this.#shown.get(id);
      if (shown === undefined) continue;
      // Taken by the provider, it may still be about to be told.
      if (to !== 'delivered') {
        shown.isUnderWay = to === 'sending' && with_reply !== true;
        shown.together = shown.isUnderWay ? message_ids : [];
      }
      if (to === 'queued') shown.isBrought = false;
    }
  }

  /** A turn brings these. False where one of them is not shown, to a viewer who came later. */
  bring(ids: readonly string[]): boolean {
    const shown = ids.flatMap(id => this.#shown.get(id) ?? []);
    if (ids.length === 0 || shown.length < ids.length) return false;
    for (const one of shown) one.isBrought = true;
    return true;
  }

  /**
   * The messages that a text brings, each once: a digest names them, of a long one at least the first is at hand, and a
   * single word of the person's stands as it is. The same words are their own where a person typed them without any
   * message under way. Undefined where it brings none, or one that is not shown.
   */
  take(text: string): readonly string[] | undefined {
    const named = [...text.matchAll(/^\[(msg-[a-z0-9]{10})\] /gm)].flatMap(([, id]) => id ?? []);
    const together = named.flatMap(id => this.#shown.get(id)?.together ?? []);
    const ids = named.length > 0 ? [...new Set([...named, ...together])] : this.#saying(text.trim());
    if (ids.some(id => this.#shown.get(id)?.isBrought !== false)) return undefined;
    return this.bring(ids) ? ids : undefined;
  }

  clear(): void {
    this.#shown.clear();
  }

  #saying(words: string): readonly string[] {
    for (const [id, shown] of this.#shown) {
      if (shown.isUnderWay && !shown.isBrought && shown.words === words) return [id];
    }
    return [];
  }
}
