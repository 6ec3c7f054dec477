import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { withShortTexts } from '../core/summary.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Outlet } from './outlet.ts';

/** Bytes after which a slow client's changes wait, joined, until it has read. */
const longestBacklog = 4 * 1024 * 1024;

/** What each thread's newest change in this epoch was, for clients that were away; until the store closes. */
export interface ChangeLog {
  readonly changed: ReadonlyMap<ThreadId, number>;
}

export function createChangeLog(store: ThreadStore): ChangeLog {
  const changed = new Map<ThreadId, number>();
  store.onCommit(events => {
    for (const { thread, gseq } of events) changed.set(thread, gseq);
  });
  return { changed };
}

export interface FleetFeed {
  /** Sends what was missed since `lastGseq`, or a snapshot; true for a snapshot. */
  start(epoch: number | undefined, lastGseq: number | undefined): boolean;
  close(): void;
}

export interface FleetFeedOptions {
  readonly store: ThreadStore;
  readonly log: ChangeLog;
  readonly capacity: number;
  readonly outlet: Outlet;
  /** Whether the client may know of the thread. */
  readonly sees: (thread: ThreadId) => boolean;
}

/**
 * Follows the fleet for one client: only what is already in the journal, changes of one moment in one message. What a
 * slow client has not read yet is one entry a thread, however often that changes.
 */
export function createFleetFeed({ store, log, capacity, outlet, sees }: FleetFeedOptions): FleetFeed {
  let pending = new Set<ThreadId>();
  let isFollowing = false;
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
  const known = (ids: Iterable<ThreadId>) => [...ids].filter(sees).flatMap(id => store.get(id) ?? []);
  const flush = () => {
    if (outlet.backlog() > longestBacklog) {
      outlet.onDrain(flush);
      return;
    }
    isScheduled = false;
    if (!isFollowing || pending.size === 0) return;
    const ids = pending;
    pending = new Set();
    send(known(ids), false);
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
      // What is sent now holds all up to this moment.
      pending.clear();
      if (epoch !== store.epoch || lastGseq === undefined || lastGseq > store.lastGseq) {
        send(known(store.threads().keys()), true);
        return true;
      }
      const missed = [...log.changed].filter(([, gseq]) => gseq > lastGseq).map(([id]) => id);
      send(known(missed), false);
      return false;
    },
    close: () => {
      isFollowing = false;
      stop();
    },
  };
}
