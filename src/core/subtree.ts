import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';

/** Whether `id` is `root` or below it. */
export function isInSubtree(threads: ReadonlyMap<ThreadId, Thread>, root: ThreadId, id: ThreadId): boolean {
  for (let at: ThreadId | undefined = id; at !== undefined; at = threads.get(at)?.parent_id) {
    if (at === root) return true;
  }
  return false;
}

/** `root` and all below it. */
export function subtree(threads: ReadonlyMap<ThreadId, Thread>, root: ThreadId): readonly Thread[] {
  return [...threads.values()].filter(thread => isInSubtree(threads, root, thread.id));
}
