import { stat } from 'node:fs/promises';
import { toToolError } from '../contracts/errors.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';

const intervalMs = 1_000;
/** Looks in a row: a network drive that is away for a moment must not end the turns. */
const looksUntilMoved = 3;

export interface StayFoundOptions {
  readonly store: ThreadStore;
  /** Makes the store write something, which brings a removed folder back. */
  readonly touch: () => Promise<void>;
  readonly publish: () => Promise<void>;
  readonly onMoved: () => void;
  readonly log: Log;
}

/**
 * Looks every second whether clients still find this host, since `git clean -fdx` removes lock and endpoint from under
 * it: brings them back, or says that the workspace folder itself has moved away.
 */
export function stayFound({ store, touch, publish, onMoved, log }: StayFoundOptions): { close(): void } {
  let isClosed = false;
  let isLooking = false;
  let timesGone = 0;
  const look = async () => {
    const isOurs = await store.folder.rootIsStillOurs();
    timesGone = isOurs ? 0 : timesGone + 1;
    if (!isClosed && timesGone >= looksUntilMoved) return onMoved();
    if (!isOurs || (await isThere(store.folder.hostFile))) return;
    if (isClosed || store.readOnly !== undefined) return;
    log('the endpoint file was removed; writing it again');
    // The first change after a removal may be refused while the state is written from memory.
    await touch().catch(touch);
    if (!isClosed) await publish();
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error: unknown) => log(`the endpoint file: ${toToolError(error).message}`))
      .finally(() => {
        isLooking = false;
      });
  }, intervalMs);
  timer.unref();
  return {
    close: () => {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
