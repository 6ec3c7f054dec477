import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { isAtWork } from '../core/schedule.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { ToolContext } from './toolContext.ts';

/**
 * Whether these threads, with all below them, go on only once a slot is free: none of them works, and one waits for a slot.
 * Where the caller holds that slot, it would wait for ever.
 */
export function lackSlot(ids: readonly ThreadId[], { active, store, isAside }: ToolContext): boolean {
  const threads = store.threads();
  const own = [...active.values()].filter(({ id }) => ids.some(root => isInSubtree(threads, root, id)));
  const works = (thread: Thread) => isAtWork(thread) && !isAside(thread.id);
  return own.some(({ state }) => state === 'queued') && !own.some(works);
}
