import { toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { JournalEvent } from '../contracts/journalEvent.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';
import type { MailDelivery } from './mailDelivery.ts';
import type { Serializer } from './serially.ts';

export interface InboxRoundsOptions {
  readonly store: ThreadStore;
  readonly delivery: Pick<MailDelivery, 'plan' | 'carryOut'>;
  /** Nothing else happens with a thread's inbox meanwhile. */
  readonly serially: Serializer;
  readonly log: Log;
}

/** Looks at inboxes: after each commit, when something comes due, and when asked. */
export class InboxRounds {
  readonly #options: InboxRoundsOptions;
  readonly #timers = new Map<ThreadId, NodeJS.Timeout>();
  readonly #working = new Set<Promise<void>>();
  readonly #freeListeners: (() => void)[] = [];
  readonly #stopFollowing: () => void;
  #isClosed = false;

  constructor(options: InboxRoundsOptions) {
    const { store } = options;
    this.#options = options;
    this.#stopFollowing = store.onCommit(events => {
      for (const id of touchedBy(events, store)) this.look(id);
    });
  }

  get isBusy(): boolean {
    return this.#timers.size > 0 || this.#working.size > 0;
  }

  /** Called each time nothing is to be delivered within seconds any more. */
  onFree(listener: () => void): void {
    this.#freeListeners.push(listener);
  }

  lookAtAll(): void {
    for (const { id, inbox } of this.#options.store.threads().values()) if (inbox.length > 0) this.look(id);
  }

  look(id: ThreadId): void {
    const { store, serially, log } = this.#options;
    if (this.#isClosed || store.readOnly !== undefined || store.get(id)?.inbox.length === 0) return;
    const work = serially(id, () => this.#visit(id)).catch((error: unknown) =>
      log(`the inbox of ${id}: ${toToolError(error).message}`),
    );
    this.#working.add(work);
    void work.finally(() => {
      this.#working.delete(work);
      if (!this.isBusy) for (const listener of this.#freeListeners) listener();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopFollowing();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#working);
  }

  async #visit(id: ThreadId): Promise<void> {
    const { delivery } = this.#options;
    if (this.#isClosed) return;
    const planned = await delivery.plan(id);
    if (planned === undefined) return;
    this.#cancelLook(id);
    if (planned.plan.kind === 'later') this.#lookAt(planned.plan.at, id);
    else await delivery.carryOut(planned);
  }

  #cancelLook(id: ThreadId): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** `at` in milliseconds since 1970. */
  #lookAt(at: number, id: ThreadId): void {
    const onDue = () => {
      this.#timers.delete(id);
      this.look(id);
    };
    this.#timers.set(id, setTimeout(onDue, Math.max(0, at - Date.now())));
  }
}

/** The threads that changed, and those above them: what they wait for may have come to rest. */
function touchedBy(events: readonly JournalEvent[], store: ThreadStore): ReadonlySet<ThreadId> {
  const touched = new Set<ThreadId>();
  for (const { thread } of events) {
    for (
      let at: ThreadId | undefined = thread;
      at !== undefined && !touched.has(at);
      at = store.get(at)?.parent_id
    ) {
      touched.add(at);
    }
  }
  return touched;
}
