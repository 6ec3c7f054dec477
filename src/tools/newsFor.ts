import type { ThreadId } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { newsOf } from '../core/news.ts';
import type { ThreadChange } from '../store/journal.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** In the same line as the change: a result that is on disk is on its way to the master. */
export function newsFor(store: ThreadStore, id: ThreadId, change: StateChange): ThreadChange[] {
  const child = store.get(id);
  const parent = child?.parent_id === undefined ? undefined : store.get(child.parent_id);
  const news = child === undefined ? undefined : newsOf(child, parent, change);
  return news === undefined || parent === undefined ? [] : [{ thread: parent.id, change: news }];
}
