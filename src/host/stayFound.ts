import { toToolError } from '../contracts/errors.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';

const intervalMs = 1_000;
/** Looks in a row: a network drive that is away for a moment must not end the turns. */
const looksUntilMoved = 3;

export interface StayFoundOptions {
  readonly store: ThreadStore;
  readonly isPublished: () => Promise<boolean>;
  readonly publish: () => Promise<void>;
  readonly onMoved: () => void;
  readonly onTaken: () => void;
  readonly log: Log;
}

/**
 * Looks every second whether clients still find this host, since `git clean -fdx` removes lock and endpoint from under
 * it, and anybody may write into the folder: brings them back, or says that the workspace folder itself has moved away, or
 * that another host has it now.
 */
export function stayFound(options: StayFoundOptions): { close(): void } {
  const { store, isPublished, publish, onMoved, onTaken, log } = options;
  let isClosed = false;
  let isLooking = false;
  let timesGone = 0;
  const said = new Set<string>();
  /** What stays wrong is said once, not every second. */
  const say = (message: string | undefined) => {
    if (message === undefined) return said.clear();
    if (!said.has(message)) log(message);
    said.add(message);
  };
  const look = async () => {
    const isOurs = await store.folder.rootIsStillOurs();
    timesGone = isOurs ? 0 : timesGone + 1;
    if (!isClosed && timesGone >= looksUntilMoved) return onMoved();
    if (!isOurs) return say(undefined);
    const holder = await store.lockHolder();
    if (!isClosed && holder === 'other') return onTaken();
    if (holder === 'ours' && (await isPublished())) return say(undefined);
    if (isClosed || store.readOnly !== undefined) return;
    say('the lock or the endpoint file was removed or changed; writing it again');
    // Rejects when another host has the lock by now: then what stands in the file is that one's.
    await store.ensureInPlace();
    if (!isClosed) await publish();
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch((error: unknown) => say(`the endpoint file: ${toToolError(error).message}`))
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
