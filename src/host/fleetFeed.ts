import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { withShortTexts } from '../core/summary.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Outlet } from './outlet.ts';

/** Bytes after which a slow client gets a new snapshot in place of each change. */
const longestBacklog = 4 * 1024 * 1024;

/** What each thread's newest change in this epoch was: for clients that were away. */
export interface ChangeLog {
  readonly changed: ReadonlyMap<ThreadId, number>;
  close(): void;
}

export function createChangeLog(store: ThreadStore): ChangeLog {
  const changed = new Map<ThreadId, number>();
  const close = store.onCommit(events => {
    for (const { thread, gseq } of events) changed.set(thread, gseq);
  });
  return { changed, close };
}

export interface FleetFeed {
  /** Sends what was missed since `lastGseq`, or a snapshot; true for a snapshot. */
  start(epoch: number | undefined, lastGseq: number | undefined): boolean;
  close(): void;
}

/** Follows the fleet for one client: changes of one moment in one message, only what is already in the journal. */
export function createFleetFeed(
  store: ThreadStore,
  log: ChangeLog,
  capacity: number,
  outlet: Outlet,
): FleetFeed {
  let pending = new Set<ThreadId>();
  let isFollowing = false;
  let isStale = false;
  let isScheduled = false;

  const send = (threads: readonly Thread[], snapshot: boolean) => {
    outlet.fleet({
      epoch: store.epoch,
      gseq: store.lastGseq,
      snapshot,
      threads: threads.map(withShortTexts),
      capacity,
    });
  };
  const snapshot = () => {
    pending.clear();
    isStale = false;
    send([...store.threads().values()], true);
  };
  const flush = () => {
    isScheduled = false;
    if (!isFollowing || isStale || pending.size === 0) return;
    if (outlet.backlog() > longestBacklog) {
      isStale = true;
      outlet.onDrain(() => isFollowing && snapshot());
      return;
    }
    const ids = pending;
    pending = new Set();
    send(
      [...ids].flatMap(id => store.get(id) ?? []),
      false,
    );
  };
  const stop = store.onCommit(events => {
    if (!isFollowing) return;
    for (const { thread } of events) pending.add(thread);
    if (!isScheduled) setImmediate(flush);
    isScheduled = true;
  });

  return {
    start: (epoch, lastGseq) => {
      isFollowing = true;
      if (epoch !== store.epoch || lastGseq === undefined || lastGseq > store.lastGseq) {
        snapshot();
        return true;
      }
      const missed = [...log.changed].filter(([, gseq]) => gseq > lastGseq).map(([id]) => id);
      send(
        missed.flatMap(id => store.get(id) ?? []),
        false,
      );
      return false;
    },
    close: () => {
      isFollowing = false;
      stop();
    },
  };
}
