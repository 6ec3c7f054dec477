import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { masterAbove } from '../core/masterAbove.ts';

export interface Notice {
  readonly folder: string;
  readonly thread: ThreadId;
  readonly request: string;
}

/** What comes within this time is one notification; what is answered within it is none. */
const togetherMs = 1_500;
/** A question of a master's thread is the master's to answer first. */
const mastersTurnMs = 30_000;

/**
 * Which requests the person is to be told of, and when; each once. Those that waited before the window was opened come
 * together: whoever was to be told may have had no window.
 */
export class RequestNotices {
  readonly #known = new Set<string>();
  #waiting: readonly (Notice & { readonly at: number })[] = [];

  /** When something is due next. */
  get next(): number | undefined {
    return this.#waiting.length === 0 ? undefined : Math.min(...this.#waiting.map(({ at }) => at));
  }

  note(folder: string, threads: ReadonlyMap<ThreadId, Thread>, now: number): void {
    for (const thread of threads.values()) {
      for (const request of thread.requests) {
        if (this.#known.has(request.id)) continue;
        this.#known.add(request.id);
        const isMasters =
          request.kind === 'question' && masterAbove(thread, id => threads.get(id)) !== undefined;
        const mastersTurn = isMasters ? Date.parse(request.opened_at) + mastersTurnMs : 0;
        const at = Math.max(now + togetherMs, mastersTurn);
        this.#waiting = [...this.#waiting, { folder, thread: thread.id, request: request.id, at }];
      }
    }
  }

  /** What is due by now; of what nobody waits for any more there is nothing to be told. */
  take(now: number, isOpen: (notice: Notice) => boolean): readonly Notice[] {
    const due = this.#waiting.filter(({ at }) => at <= now);
    this.#waiting = this.#waiting.filter(({ at }) => at > now);
    return due.filter(isOpen);
  }
}
