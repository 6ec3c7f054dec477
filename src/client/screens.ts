import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ScreenPart, Unsubscribe } from './dockClient.ts';
import { createEmitter, type Emitter } from './emitter.ts';

export interface ScreensOptions {
  readonly thread: (id: ThreadId) => Thread | undefined;
  readonly onDidChange: (listener: (changed: readonly Thread[]) => void) => Unsubscribe;
  readonly ask: (name: 'watch_screen' | 'unwatch_screen', thread: ThreadId) => void;
  readonly onError: (error: unknown) => void;
}

interface Watched {
  readonly listeners: Emitter<ScreenPart>;
  /** The turn whose terminal was asked for. */
  turn: string | undefined;
}

/** The threads' own terminals that a client watches: each is asked for again when it opens anew. */
export class Screens {
  readonly #options: ScreensOptions;
  readonly #watched = new Map<ThreadId, Watched>();

  constructor(options: ScreensOptions) {
    this.#options = options;
    options.onDidChange(changed => {
      for (const { id } of changed) this.#look(id);
    });
  }

  watch(thread: ThreadId, listener: (part: ScreenPart) => void): Unsubscribe {
    const watched = this.#watched.get(thread) ?? {
      listeners: createEmitter<ScreenPart>(this.#options.onError),
      turn: undefined,
    };
    this.#watched.set(thread, watched);
    const stop = watched.listeners.on(listener);
    watched.turn = undefined;
    this.#look(thread);
    return () => {
      stop();
      if (!watched.listeners.isEmpty || this.#watched.get(thread) !== watched) return;
      this.#watched.delete(thread);
      this.#options.ask('unwatch_screen', thread);
    };
  }

  take(part: ScreenPart): void {
    this.#watched.get(part.thread)?.listeners.fire(part);
  }

  /** A new connection knows nothing of what was watched. */
  restart(): void {
    for (const [thread, watched] of this.#watched) {
      watched.turn = undefined;
      this.#look(thread);
    }
  }

  clear(): void {
    this.#watched.clear();
  }

  #look(id: ThreadId): void {
    const watched = this.#watched.get(id);
    const turn = this.#options.thread(id)?.turn;
    const isOpen = turn?.native === true && turn.started_at !== undefined;
    if (watched === undefined || !isOpen || watched.turn === turn.id) return;
    watched.turn = turn.id;
    this.#options.ask('watch_screen', id);
  }
}
