import type { ThreadId } from '../contracts/ids.ts';
import type { TranscriptBatch } from './dockClient.ts';

/** The listeners of one transcript and how far they have got. */
export class Follower {
  readonly thread: ThreadId;
  after = 0;
  private readonly listeners = new Set<(batch: TranscriptBatch) => void>();

  constructor(thread: ThreadId) {
    this.thread = thread;
  }

  get isEmpty(): boolean {
    return this.listeners.size === 0;
  }

  add(listener: (batch: TranscriptBatch) => void): void {
    this.listeners.add(listener);
  }

  remove(listener: (batch: TranscriptBatch) => void): void {
    this.listeners.delete(listener);
  }

  /** A further listener needs the beginning too: all start anew. */
  restart(): void {
    this.after = 0;
  }

  take(batch: TranscriptBatch): void {
    const events = batch.events.filter(({ seq }) => batch.reset || seq > this.after);
    this.after = batch.events.at(-1)?.seq ?? this.after;
    for (const listener of this.listeners) listener({ ...batch, events });
  }
}
