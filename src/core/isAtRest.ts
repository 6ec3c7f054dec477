import { restStates, type Thread } from '../contracts/thread.ts';
import { hasDueWords } from './delivery.ts';

/** Whether a thread does nothing, and has been told nothing that lets it go on at once: its answer, a message. */
export function isAtRest(thread: Thread): boolean {
  return restStates.has(thread.state) && !hasDueWords(thread);
}
