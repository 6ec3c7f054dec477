import type { ThreadId } from '../contracts/ids.ts';
import type { TranscriptBatch } from './dockClient.ts';
import { createEmitter, type Emitter } from './emitter.ts';

/** The listeners of one transcript and how far they have got. */
export class Follower {
  readonly thread: ThreadId;
  readonly listeners: Emitter<TranscriptBatch>;
  after = 0;
  /** What still comes of an earlier replay is not for those who wait for a new one. */
  private awaitsReset = true;

  constructor(thread: ThreadId, onError: (error: unknown) => void) {
    this.thread = thread;
    this.listeners = createEmitter(onError);
  }

  /** All listeners get the transcript from its beginning once more: one is new, or the numbers start anew. */
  restart(): void {
    this.after = 0;
    this.awaitsReset = true;
  }

  take(batch: TranscriptBatch): void {
    if (this.awaitsReset && !batch.reset) return;
    this.awaitsReset = false;
    const events = batch.events.filter(({ seq }) => batch.reset || seq > this.after);
    this.after = batch.events.at(-1)?.seq ?? this.after;
    this.listeners.fire({ ...batch, events });
  }
}
