import type { ThreadId } from '../contracts/ids.ts';
import { restStates, type Thread, type Turn } from '../contracts/thread.ts';
import type { Fleet } from '../contracts/threadSummary.ts';
import { isAtRest } from './isAtRest.ts';
import { restsInTerminal } from './restsInTerminal.ts';

interface DueTurn {
  readonly thread: Thread;
  readonly turn: Turn;
}

/** Turns that wait for a slot, first come first served. A thread has one turn at a time: only its oldest counts. */
function waitingTurns(threads: Iterable<Thread>): readonly DueTurn[] {
  const due: DueTurn[] = [];
  for (const thread of threads) {
    const turn = waitingTurn(thread);
    if (turn !== undefined) due.push({ thread, turn });
  }
  return due.sort((a, b) => a.turn.queued_gseq - b.turn.queued_gseq);
}

/** The turns that may start now: `free` at most, and none of a thread that holds a slot before the journal says so. */
export function dueTurns(
  threads: Iterable<Thread>,
  free: number,
  holdsSlot: (id: ThreadId) => boolean = () => false,
): readonly DueTurn[] {
  if (free <= 0) return [];
  return waitingTurns(threads)
    .filter(({ thread }) => !holdsSlot(thread.id))
    .slice(0, free);
}

/** The place of each thread that waits for a slot; 1 is next. */
export function queuePositions(threads: Iterable<Thread>): ReadonlyMap<ThreadId, number> {
  return new Map(waitingTurns(threads).map(({ thread }, index) => [thread.id, index + 1]));
}

/** The place of one thread; undefined when it does not wait for a slot. */
export function queuePosition(threads: Iterable<Thread>, asked: Thread): number | undefined {
  const own = waitingTurn(asked);
  if (own === undefined) return undefined;
  let position = 1;
  for (const thread of threads) {
    if ((waitingTurn(thread)?.queued_gseq ?? Number.POSITIVE_INFINITY) < own.queued_gseq) position += 1;
  }
  return position;
}

function waitingTurn(thread: Thread): Turn | undefined {
  return thread.turn === undefined && !thread.cancel_requested ? thread.queue[0] : undefined;
}

/** `isAside`: who waits for other threads, and so holds no slot. */
export function fleetOf(
  threads: Iterable<Thread>,
  capacity: number,
  isAside: (id: ThreadId) => boolean = () => false,
): Fleet {
  let running = 0;
  let queued = 0;
  let waiting = 0;
  for (const thread of threads) {
    const { state } = thread;
    if (state === 'queued') queued += 1;
    else if (waitsForPerson(thread)) waiting += 1;
    else if (isAtWork(thread) && !isAside(thread.id)) running += 1;
  }
  return { running, queued, waiting, capacity };
}

/** Its agent does something: it waits for no slot and no person, and rests in no terminal. */
export function isAtWork(thread: Thread): boolean {
  const { state } = thread;
  const hasTurn = state !== 'queued' && state !== 'paused' && !restStates.has(state);
  return hasTurn && !waitsForPerson(thread) && !restsInTerminal(thread);
}

export function waitsForPerson({ state }: Thread): boolean {
  return state === 'waiting_permission' || state === 'waiting_input';
}

/** Threads that keep a host alive. */
export function isActive(thread: Thread): boolean {
  return !isAtRest(thread);
}
