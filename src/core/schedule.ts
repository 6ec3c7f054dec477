import type { ThreadId } from '../contracts/ids.ts';
import { restStates, type Thread, type Turn } from '../contracts/thread.ts';
import type { Fleet } from '../contracts/tools.ts';

export interface DueTurn {
  readonly thread: Thread;
  readonly turn: Turn;
}

/** Turns that wait for a slot, first come first served. A thread has one turn at a time: only its oldest counts. */
export function waitingTurns(threads: Iterable<Thread>): readonly DueTurn[] {
  const due: DueTurn[] = [];
  for (const thread of threads) {
    const turn = thread.queue[0];
    if (turn !== undefined && thread.turn === undefined && !thread.cancel_requested)
      due.push({ thread, turn });
  }
  return due.sort((a, b) => a.turn.queued_gseq - b.turn.queued_gseq);
}

/** The turns that may start now. */
export function dueTurns(threads: Iterable<Thread>, capacity: number): readonly DueTurn[] {
  const all = [...threads];
  const held = all.filter(thread => thread.turn !== undefined).length;
  return waitingTurns(all).slice(0, Math.max(0, capacity - held));
}

/** 1 is next; undefined when the thread does not wait for a slot. */
export function queuePosition(threads: Iterable<Thread>, id: ThreadId): number | undefined {
  const index = waitingTurns(threads).findIndex(({ thread }) => thread.id === id);
  return index < 0 ? undefined : index + 1;
}

export function fleetOf(threads: Iterable<Thread>, capacity: number): Fleet {
  let running = 0;
  let queued = 0;
  let waiting = 0;
  for (const { state } of threads) {
    if (state === 'queued') queued += 1;
    else if (state === 'waiting_permission' || state === 'waiting_input') waiting += 1;
    else if (!restStates.has(state) && state !== 'paused') running += 1;
  }
  return { running, queued, waiting, capacity };
}

/** Threads that keep a host alive. */
export function isActive(thread: Thread): boolean {
  return !restStates.has(thread.state);
}
