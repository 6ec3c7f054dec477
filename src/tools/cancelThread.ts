import { DockError } from '../contracts/errors.ts';
import { restStates } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { subtree } from '../core/subtree.ts';
import { reachableThread } from './access.ts';
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
  const active = subtree(context.store.threads(), thread.id).filter(({ state }) => !restStates.has(state));
  if (active.length === 0) {
    throw new DockError('conflict', `Thread ${thread.id} is at rest already (${thread.state}).`, {
      hint: 'There is nothing to cancel.',
    });
  }
  await context.store.commit(
    active.map(({ id }) => ({
      thread: id,
      change: { type: 'cancel.requested' as const, by: context.caller.kind },
    })),
  );
  await Promise.all(active.map(({ id }) => context.interrupt(id)));
  context.pump();
  return {
    thread_id: thread.id,
    state: context.store.get(thread.id)?.state ?? 'cancelled',
    fleet: fleet(context),
  };
}
