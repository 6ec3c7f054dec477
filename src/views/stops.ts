import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { comebackAt } from '../core/comeback.ts';
import { masterAbove } from '../core/masterAbove.ts';

export interface Stop {
  readonly folder: string;
  readonly thread: ThreadId;
}

interface Held extends Stop {
  readonly since: string;
  /** When the person is to be told. */
  readonly at: number;
  readonly is: 'waiting' | 'told' | 'seen';
}

/** What stops within this time is one notification; what goes on within it is none. */
const togetherMs = 1_500;

/**
 * Threads that failed or were cut since the window was opened, and of which no master hears. One that AgentDock lets go on
 * by itself counts only once it has not.
 */
export class Stops {
  readonly #windowSince: number;
  #held: ReadonlyMap<string, Held> = new Map();

  /** `since`: the start of the window. */
  constructor(since: number) {
    this.#windowSince = since;
  }

  /** When something is to be told next. */
  get next(): number | undefined {
    const waiting = [...this.#held.values()].filter(({ is }) => is === 'waiting');
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ at }) => at));
  }

  /** Stopped threads the person was told of and has not looked at. */
  get unseen(): number {
    return [...this.#held.values()].filter(({ is }) => is === 'told').length;
  }

  /** How all folders are now; what is not stopped any more is forgotten. */
  note(folders: ReadonlyMap<string, ReadonlyMap<ThreadId, Thread>>, now: number): void {
    const held = new Map<string, Held>();
    for (const [folder, threads] of folders) {
      for (const thread of threads.values()) {
        const { id, since } = thread;
        if (!isStopped(thread) || Date.parse(since) < this.#windowSince) continue;
        if (masterAbove(thread, one => threads.get(one)) !== undefined) continue;
        const key = `${folder} ${id}`;
        const known = this.#held.get(key);
        const at = Math.max(now, comebackAt(thread) ?? 0) + togetherMs;
        held.set(key, known?.since === since ? known : { folder, thread: id, since, at, is: 'waiting' });
      }
    }
    this.#held = held;
  }

  /** Those the person is to be told of by now. */
  take(now: number, isInFront: (stop: Stop) => boolean): readonly Stop[] {
    const due = [...this.#held.values()].filter(({ is, at }) => is === 'waiting' && at <= now);
    this.#move(due, 'told');
    this.see(isInFront);
    return due.filter(stop => !isInFront(stop));
  }

  /** The person looks at these. */
  see(isLookedAt: (stop: Stop) => boolean): void {
    this.#move(
      [...this.#held.values()].filter(stop => stop.is === 'told' && isLookedAt(stop)),
      'seen',
    );
  }

  #move(stops: readonly Held[], is: Held['is']): void {
    const moved = stops.map(stop => [`${stop.folder} ${stop.thread}`, { ...stop, is }] as const);
    this.#held = new Map([...this.#held, ...moved]);
  }
}

function isStopped({ state }: Thread): boolean {
  return state === 'failed' || state === 'interrupted';
}
