import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import type { Fleet, ThreadSummary } from '../contracts/threadSummary.ts';
import type { ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { fleetOf, queuePosition, queuePositions } from '../core/schedule.ts';
import { summarize } from '../core/summary.ts';
import type { ToolContext } from './toolContext.ts';

export function fleet({ active, settings, isAside }: ToolContext): Fleet {
  return fleetOf(active.values(), settings.max_running, isAside);
}

export function summaryOf(context: ToolContext, thread: Thread): ThreadSummary {
  return summarize(thread, queuePosition(context.active.values(), thread));
}

export function summariesOf({ active }: ToolContext, threads: readonly Thread[]): ThreadSummary[] {
  const positions = queuePositions(active.values());
  return threads.map(thread => summarize(thread, positions.get(thread.id)));
}

/** The reply of a call that queued a turn, after it is on disk. */
export function started(
  context: ToolContext,
  id: ThreadId,
  turnId: string,
  repeated: boolean,
): ToolOutput<'spawn_thread'> {
  const thread = context.store.get(id);
  const position = thread === undefined ? undefined : queuePosition(context.active.values(), thread);
  return {
    thread_id: id,
    turn_id: turnId,
    state: thread?.state ?? 'queued',
    ...definedOnly({ queue_position: position }),
    repeated,
    fleet: fleet(context),
  };
}
