import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { isAtRest } from '../core/isAtRest.ts';
import { masterAbove } from '../core/masterAbove.ts';
import { subtree } from '../core/subtree.ts';
import type { ThreadChange } from '../store/journal.ts';
import { parentOf, reachableThread } from './access.ts';
import { newsFor } from './newsFor.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/**
 * Cancels a thread and all below it: durable first, then the processes. The order in the journal decides: a thread
 * that came to rest before is a `conflict`.
 */
export async function cancelThread(
  input: ToolInput<'cancel_thread'>,
  context: ToolContext,
): Promise<ToolOutput<'cancel_thread'>> {
  const thread = reachableThread(context, input.thread_id);
  if (!(await cancelBelow(thread.id, context))) {
    throw new DockError('conflict', `Thread ${thread.id} is at rest already (${thread.state}).`, {
      hint: 'There is nothing to cancel.',
    });
  }
  context.pump();
  return {
    thread_id: thread.id,
    state: context.store.get(thread.id)?.state ?? 'cancelled',
    fleet: fleet(context),
  };
}

/** False when all of it is at rest, or came to rest before the cancel was in the journal. */
async function cancelBelow(root: ThreadId, context: ToolContext): Promise<boolean> {
  const { store } = context;
  const asked = new Set<ThreadId>();
  const cancelled = new Set<ThreadId>();
  const found = () =>
    subtree(store.threads(), root).filter(thread => !isAtRest(thread) && !asked.has(thread.id));
  // What an agent was just starting comes to light while the cancel is on its way to the disk.
  for (let fresh = found(); fresh.length > 0; fresh = found()) {
    for (const { id } of fresh) asked.add(id);
    await store.commit(fresh.flatMap(thread => cancelOf(thread, context, asked)));
    for (const { id } of fresh) if (isCancelled(store.get(id))) cancelled.add(id);
  }
  await Promise.all([...cancelled].map(id => context.interrupt(id)));
  return cancelled.size > 0;
}

/** With the news for the master above it, if somebody else cancels it, and not with the worker that started it. */
function cancelOf(thread: Thread, context: ToolContext, asked: ReadonlySet<ThreadId>): ThreadChange[] {
  const { store, caller } = context;
  const change = { type: 'cancel.requested' as const, by: caller.kind };
  const parent = thread.parent_id === undefined ? undefined : store.get(thread.parent_id);
  const asker = parentOf(context)?.id;
  const goesAlong = parent?.role === 'worker' && asked.has(parent.id);
  const isOwn = asker === parent?.id || asker === masterAbove(thread, id => store.get(id))?.id;
  // A second cancel of what has not ended yet ends nothing more.
  const isRepeat = thread.cancel_requested && thread.queue.length === 0;
  const knows = isRepeat || parent?.cancel_requested === true || goesAlong || isOwn;
  return [{ thread: thread.id, change }, ...(knows ? [] : newsFor(store, thread.id, change))];
}

function isCancelled(thread: Thread | undefined): boolean {
  return thread?.cancel_requested === true || thread?.state === 'cancelled';
}

/**
 * For an agent that started something: if its own thread was cancelled while that went to the disk, it goes too. With
 * the look above no order of the two leaves a child behind.
 */
export async function cancelWithParent(child: ThreadId, context: ToolContext): Promise<void> {
  if (parentOf(context)?.cancel_requested === true) await cancelBelow(child, context);
}
