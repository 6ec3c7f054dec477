import type { ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';

interface Rest {
  /** The thread's number in the image. */
  readonly imageSeq: number;
  readonly events: JournalEvent[];
}

/** Says which changes of state a thread's history lacks, and reads the whole journal only when it must. */
export class HistorySource {
  readonly #knownSeq: (thread: ThreadId) => number;
  readonly #readAll: () => AsyncIterable<JournalEvent>;
  /** What the journal held beyond the image at start. */
  readonly #rest = new Map<ThreadId, Rest>();

  constructor(knownSeq: (thread: ThreadId) => number, readAll: () => AsyncIterable<JournalEvent>) {
    this.#knownSeq = knownSeq;
    this.#readAll = readAll;
  }

  /** To be called before the event is applied. */
  remember(event: JournalEvent): void {
    const rest = this.#rest.get(event.thread);
    if (rest !== undefined) rest.events.push(event);
    else this.#rest.set(event.thread, { imageSeq: this.#knownSeq(event.thread), events: [event] });
  }

  async missingAfter(thread: ThreadId, lastSeq: number): Promise<readonly JournalEvent[]> {
    const rest = this.#rest.get(thread);
    this.#rest.delete(thread);
    const known = this.#knownSeq(thread);
    if (lastSeq >= known) return [];
    // An image is named only after the histories hold what it holds; a power cut may have undone that.
    if (rest !== undefined && lastSeq >= rest.imageSeq)
      return rest.events.filter(event => event.seq > lastSeq);
    const all = await this.stateEvents(thread, known);
    return all.filter(event => event.seq > lastSeq);
  }

  async stateEvents(thread: ThreadId, upTo = this.#knownSeq(thread)): Promise<readonly JournalEvent[]> {
    const events: JournalEvent[] = [];
    for await (const event of this.#readAll()) {
      if (event.thread === thread && event.seq <= upTo) events.push(event);
    }
    return events;
  }
}
