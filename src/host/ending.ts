import { setTimeout as pause } from 'node:timers/promises';
import { toToolError } from '../contracts/errors.ts';
import type { Log } from './log.ts';

export interface Ending {
  /** To be undone at the end, before everything that was added earlier. */
  add(name: string, undo: () => Promise<unknown> | undefined): void;
  /** Undoes all, last thing first. Never rejects. */
  run(): Promise<void>;
}

/**
 * What a host undoes at its end. A step that fails or takes longer than `limitMs` is logged and keeps none of the
 * others from running: a host that hung half closed would hold the folder's lock and serve nobody.
 */
export function createEnding(log: Log, limitMs: number): Ending {
  const steps: { readonly name: string; readonly undo: () => Promise<unknown> | undefined }[] = [];
  return {
    add: (name, undo) => void steps.push({ name, undo }),
    run: async () => {
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        const { name, undo } = step;
        const over = new AbortController();
        try {
          const late = pause(limitMs, 'late', { signal: over.signal }).catch(() => undefined);
          if ((await Promise.race([undo(), late])) === 'late') log(`at the end: ${name} takes too long`);
        } catch (error) {
          log(`at the end: ${name}: ${toToolError(error).message}`);
        } finally {
          over.abort();
        }
      }
    },
  };
}
