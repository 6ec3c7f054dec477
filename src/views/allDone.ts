import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { comebackAt } from '../core/comeback.ts';
import { isAtRest } from '../core/isAtRest.ts';

/** Whoever started less waits for it anyway. */
const longWorkMs = 60_000;
/** News that wake a master take a moment: until then nothing is done. */
const settleMs = 5_000;

interface Work {
  readonly since: number;
  readonly threads: ReadonlySet<ThreadId>;
  /** When it counts as done, if nothing starts before. */
  readonly due: number | undefined;
}

export interface Done {
  readonly folder: string;
  /** Those that nobody else started and that ended well. */
  readonly threads: readonly ThreadId[];
}

/** Finds the end of longer work in a folder: everybody rests. Each stretch of work ends once. */
export class AllDone {
  #work: ReadonlyMap<string, Work> = new Map();

  get next(): number | undefined {
    const due = [...this.#work.values()].flatMap(work => work.due ?? []);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** How all folders are now. */
  note(folders: ReadonlyMap<string, ReadonlyMap<ThreadId, Thread>>, now: number): void {
    const next = [...folders].flatMap(([folder, threads]) => {
      const work = workAfter(this.#work.get(folder), [...threads.values()].filter(isAtWork), now);
      return work === undefined ? [] : [[folder, work] as const];
    });
    this.#work = new Map(next);
  }

  /** What is done by now. */
  take(now: number, threadOf: (folder: string, thread: ThreadId) => Thread | undefined): readonly Done[] {
    const work = [...this.#work];
    const due = work.filter(([, { due }]) => due !== undefined && due <= now);
    this.#work = new Map(work.filter(one => !due.includes(one)));
    return due.flatMap(([folder, { since, threads, due: end = now }]) => {
      const good = [...threads].filter(id => endedWell(threadOf(folder, id)));
      const isLong = end - settleMs - since >= longWorkMs;
      return isLong && good.length > 0 ? [{ folder, threads: good }] : [];
    });
  }
}

function workAfter(work: Work | undefined, active: readonly Thread[], now: number): Work | undefined {
  if (active.length === 0) return work && { ...work, due: work.due ?? now + settleMs };
  const since = Math.min(work?.since ?? now, ...active.map(beginOf));
  return {
    since,
    threads: new Set([...(work?.threads ?? []), ...active.map(({ id }) => id)]),
    due: undefined,
  };
}

/** It may have begun before the window was opened. */
function beginOf({ turn, queue, since }: Thread): number {
  return Date.parse(turn?.queued_at ?? queue[0]?.queued_at ?? since);
}

function isAtWork(thread: Thread): boolean {
  return !isAtRest(thread) || comebackAt(thread) !== undefined;
}

function endedWell(thread: Thread | undefined): boolean {
  return thread?.parent_id === undefined && (thread?.state === 'completed' || thread?.state === 'idle');
}
