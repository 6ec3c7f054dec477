import type { ThreadId } from '../contracts/ids.ts';

/** The running number of each thread, shared by journal and history so that both can be read as one record. */
export class SeqCounter {
  readonly #last = new Map<ThreadId, number>();
  readonly #lastKnown: (thread: ThreadId) => number;

  /** `lastKnown` gives the highest number on disk; asked once for each thread, before its first new number. */
  constructor(lastKnown: (thread: ThreadId) => number) {
    this.#lastKnown = lastKnown;
  }

  next(thread: ThreadId): number {
    const seq = (this.#last.get(thread) ?? this.#lastKnown(thread)) + 1;
    this.#last.set(thread, seq);
    return seq;
  }
}
