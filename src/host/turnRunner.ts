import { toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import { dueTurns } from '../core/schedule.ts';
import type { RunningTurn } from '../providers/driver.ts';
import { Slots } from './slots.ts';
import { TurnRun, type TurnRunParts } from './turnRun.ts';

export interface TurnRunnerOptions extends TurnRunParts {
  /** The threads that are not at rest. */
  readonly active: ReadonlyMap<ThreadId, Thread>;
}

const storageRetryMs = 1_000;

/** Takes turns from the queue while slots are free, and runs them. */
export class TurnRunner {
  readonly #options: TurnRunnerOptions;
  readonly #slots: Slots;
  readonly #closing = new AbortController();
  readonly #freeListeners: (() => void)[] = [];
  readonly #stopFollowing: () => void;

  constructor(options: TurnRunnerOptions) {
    const { store, settings } = options;
    this.#options = options;
    this.#slots = new Slots(store, settings.max_running);
    // A slot is free as soon as its turn waits.
    this.#stopFollowing = store.onCommit(events => {
      if (events.some(({ type }) => type === 'request.opened')) this.pump();
    });
  }

  /** Starts the turns that are due. Returns at once. */
  pump(): void {
    const { store, active } = this.#options;
    if (this.#closing.signal.aborted || store.readOnly !== undefined) return;
    const holdsSlot = (id: ThreadId) => this.#slots.of(id) !== undefined;
    for (const { thread, turn } of dueTurns(active.values(), this.#slots.free, holdsSlot)) {
      this.#begin(thread, turn);
    }
  }

  /** The thread waits for others and does no work until the function that this returns is called. */
  stepAside(thread: ThreadId): () => void {
    const stepBack = this.#slots.stepAside(thread);
    this.pump();
    return stepBack;
  }

  isAside(thread: ThreadId): boolean {
    return this.#slots.isAside(thread);
  }

  running(thread: ThreadId): RunningTurn | undefined {
    return this.#slots.of(thread)?.run.running;
  }

  /** Called each time a slot has become free. */
  onFree(listener: () => void): void {
    this.#freeListeners.push(listener);
  }

  /** Ends the running turn of a thread, if any, with its process tree; resolves when its end is journalled. */
  async interrupt(thread: ThreadId): Promise<void> {
    // This turn's slot: the thread's next one may hold another by then.
    const slot = this.#slots.of(thread);
    await slot?.run.interrupt();
    await slot?.freed;
  }

  /** Starts nothing more, ends what runs, and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopFollowing();
    await Promise.all(this.#slots.holders.map(thread => this.interrupt(thread)));
  }

  #begin(thread: Thread, turn: Turn): void {
    const { signal: closing } = this.#closing;
    const run = new TurnRun(thread, turn, { ...this.#options, closing, onRest: () => this.pump() });
    const free = this.#slots.take(run);
    void run.toEnd().then(
      () => {
        free();
        this.pump();
        this.#sayFree();
      },
      (error: unknown) => {
        this.#options.log(`turn of ${thread.id}: ${toToolError(error).message}`);
        free();
        // Nothing could be written: the turn is still in the queue, and is tried again after a while.
        setTimeout(() => this.pump(), storageRetryMs).unref();
        this.#sayFree();
      },
    );
  }

  #sayFree(): void {
    for (const listener of this.#freeListeners) listener();
  }
}
