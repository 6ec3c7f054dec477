import type { ThreadId } from '../contracts/ids.ts';

interface Feed {
  close(): void;
}

/** One client's feeds of one kind, at most one a thread. */
export class ThreadFeeds {
  readonly #feeds = new Map<ThreadId, Feed>();

  /** In the place of the thread's feed so far. */
  open(thread: ThreadId, start: () => Feed): void {
    this.close(thread);
    this.#feeds.set(thread, start());
  }

  close(thread: ThreadId): void {
    this.#feeds.get(thread)?.close();
    this.#feeds.delete(thread);
  }

  closeAll(): void {
    for (const thread of [...this.#feeds.keys()]) this.close(thread);
  }
}
