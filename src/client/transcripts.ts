import type { ThreadId } from '../contracts/ids.ts';
import type { TranscriptBatch, Unsubscribe } from './dockClient.ts';
import { Follower } from './follower.ts';

export interface TranscriptsOptions {
  /** `after`: the number of the last event that is known; 0 asks for a replay from the beginning. */
  readonly subscribe: (thread: ThreadId, after: number) => void;
  readonly unsubscribe: (thread: ThreadId) => void;
  readonly onError: (error: unknown) => void;
}

/** The transcripts that a client follows: each is asked for again, from where it had got, on a new connection. */
export class Transcripts {
  readonly #options: TranscriptsOptions;
  readonly #followers = new Map<ThreadId, Follower>();
  /** The host's start in which the followers' numbers hold. */
  #epoch: number | undefined;

  constructor(options: TranscriptsOptions) {
    this.#options = options;
  }

  follow(thread: ThreadId, listener: (batch: TranscriptBatch) => void): Unsubscribe {
    const follower = this.#followers.get(thread) ?? new Follower(thread, this.#options.onError);
    this.#followers.set(thread, follower);
    const stop = follower.listeners.on(listener);
    follower.restart();
    this.#subscribe(follower);
    return () => {
      stop();
      if (!follower.listeners.isEmpty || this.#followers.get(thread) !== follower) return;
      this.#followers.delete(thread);
      this.#options.unsubscribe(thread);
    };
  }

  take(batch: TranscriptBatch): void {
    this.#followers.get(batch.thread)?.take(batch);
  }

  enterEpoch(epoch: number): void {
    if (epoch === this.#epoch) return;
    // What a dead host had not written is gone, and its numbers are given again: only a new replay is sure.
    for (const follower of this.#followers.values()) follower.restart();
    this.#epoch = epoch;
  }

  resume(): void {
    for (const follower of this.#followers.values()) this.#subscribe(follower);
  }

  clear(): void {
    this.#followers.clear();
  }

  #subscribe({ thread, after }: Follower): void {
    this.#options.subscribe(thread, after);
  }
}
