import type { ThreadId } from '../contracts/ids.ts';
import { waitsForPerson } from '../core/schedule.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { TurnRun } from './turnRun.ts';

export interface Slot {
  readonly run: TurnRun;
  /** Resolves when the turn holds it no more. */
  readonly freed: Promise<void>;
}

/** Who holds a slot, and which of them works: only those count against the cap. */
export class Slots {
  readonly #store: ThreadStore;
  readonly #cap: number;
  readonly #held = new Map<ThreadId, Slot>();
  /** How many of a thread's calls wait for others. */
  readonly #aside = new Map<ThreadId, number>();

  constructor(store: ThreadStore, cap: number) {
    this.#store = store;
    this.#cap = cap;
  }

  /** How many more may work; below zero while more than the cap do. */
  get free(): number {
    return this.#cap - [...this.#held.values()].filter(({ run }) => this.#works(run)).length;
  }

  get holders(): readonly ThreadId[] {
    return [...this.#held.keys()];
  }

  of(thread: ThreadId): Slot | undefined {
    return this.#held.get(thread);
  }

  /** The turn holds a slot until the function that this returns is called. */
  take(run: TurnRun): () => void {
    const { promise: freed, resolve } = Promise.withResolvers<void>();
    for (const { run: other } of this.#held.values()) {
      run.meet(other.thread);
      other.meet(run.thread);
    }
    this.#held.set(run.thread, { run, freed });
    return () => {
      this.#held.delete(run.thread);
      resolve();
    };
  }

  /** The thread waits for others and does no work until the function that this returns is called. */
  stepAside(thread: ThreadId): () => void {
    this.#aside.set(thread, (this.#aside.get(thread) ?? 0) + 1);
    return () => {
      const others = (this.#aside.get(thread) ?? 0) - 1;
      if (others > 0) this.#aside.set(thread, others);
      else this.#aside.delete(thread);
    };
  }

  isAside(thread: ThreadId): boolean {
    return this.#aside.has(thread);
  }

  /**
   * Who waits for a person does no work: else a question to a master could hold the slot its answer needs.
   * Nor does who waits for other threads, which may need that slot, or an open terminal whose agent rests.
   * All of these go on without asking for a slot: an answer that waits would look lost, and a CLI cannot be held. So for a
   * while more than the cap may work, and nothing new starts.
   */
  #works(run: TurnRun): boolean {
    const thread = this.#store.get(run.thread);
    const waits = thread !== undefined && waitsForPerson(thread);
    return !waits && !this.isAside(run.thread) && !run.isIdle;
  }
}
