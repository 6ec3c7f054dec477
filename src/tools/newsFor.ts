import type { ThreadId } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { masterAbove } from '../core/masterAbove.ts';
import { newsOf } from '../core/news.ts';
import type { ThreadChange } from '../store/journal.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** In the same line as the change: a result that is on disk is on its way to the master. */
export function newsFor(store: ThreadStore, id: ThreadId, change: StateChange): ThreadChange[] {
  const child = store.get(id);
  const master = child && masterAbove(child, one => store.get(one));
  const news = child && newsOf(child, change);
  return news === undefined || master === undefined ? [] : [{ thread: master.id, change: news }];
}
