import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';

/** The nearest master above a thread: it hears what becomes of the thread, whoever in between started it. */
export function masterAbove(
  { parent_id: parent }: Thread,
  threadOf: (id: ThreadId) => Thread | undefined,
): Thread | undefined {
  let above = parent === undefined ? undefined : threadOf(parent);
  while (above !== undefined && above.role !== 'master') {
    above = above.parent_id === undefined ? undefined : threadOf(above.parent_id);
  }
  return above;
}
