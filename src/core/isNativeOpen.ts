import type { Thread } from '../contracts/thread.ts';

/** Whether a thread's own terminal is open, or about to be. */
export function isNativeOpen({ turn, queue }: Pick<Thread, 'turn' | 'queue'>): boolean {
  return turn?.native === true || queue.some(({ native }) => native === true);
}
