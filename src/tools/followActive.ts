import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { isActive } from '../core/schedule.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** A living view of the threads that are not at rest, until the store closes. */
export function followActive(store: ThreadStore): ReadonlyMap<ThreadId, Thread> {
  const active = new Map<ThreadId, Thread>();
  const look = (thread: Thread | undefined) => {
    if (thread === undefined) return;
    if (isActive(thread)) active.set(thread.id, thread);
    else active.delete(thread.id);
  };
  for (const thread of store.threads().values()) look(thread);
  store.onCommit(events => {
    for (const { thread } of events) look(store.get(thread));
  });
  return active;
}
