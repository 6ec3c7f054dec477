import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { staleNews } from '../core/staleNews.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { moveMessages } from './moveMessages.ts';

/** The thread, without news that are none any more. */
export async function dropStaleNews(id: ThreadId, store: ThreadStore): Promise<Thread | undefined> {
  const thread = store.get(id);
  const stale = thread === undefined ? [] : staleNews(thread, one => store.get(one));
  if (stale.length === 0) return thread;
  const reason = 'Nobody waited for an answer any more.';
  await moveMessages(store, id, stale, 'acknowledged', { reason });
  return store.get(id);
}
