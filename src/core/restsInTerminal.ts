import type { Thread } from '../contracts/thread.ts';

/** Whether a thread's own terminal is open and its agent waits there for its person: it runs, and does no work. */
export function restsInTerminal({ state, turn }: Pick<Thread, 'state' | 'turn'>): boolean {
  return state === 'running' && turn?.native === true && turn.rests === true;
}
