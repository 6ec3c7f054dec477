import type { Thread } from '../contracts/thread.ts';

/** Whether the thread's output is a program's own and its terminal takes keys: of all providers only `command`. */
export function runsInPty({ provider }: Pick<Thread, 'provider'>): boolean {
  return provider === 'command';
}
