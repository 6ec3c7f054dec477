import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import type { Fleet, ThreadSummary, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { fleetOf, queuePosition } from '../core/schedule.ts';
import { summarize } from '../core/summary.ts';
import type { ToolContext } from './toolContext.ts';

export function fleet({ store, settings }: ToolContext): Fleet {
  return fleetOf(store.threads().values(), settings.max_running);
}

export function summaryOf({ store }: ToolContext, thread: Thread): ThreadSummary {
  const position = thread.state === 'queued' ? queuePosition(store.threads().values(), thread.id) : undefined;
  return summarize(thread, position);
}

/** The reply of a call that queued a turn, after it is on disk. */
export function started(
  context: ToolContext,
  id: ThreadId,
  turnId: string,
  repeated: boolean,
): ToolOutput<'spawn_thread'> {
  const thread = context.store.get(id);
  return {
    thread_id: id,
    turn_id: turnId,
    state: thread?.state ?? 'queued',
    ...definedOnly({ queue_position: queuePosition(context.store.threads().values(), id) }),
    repeated,
    fleet: fleet(context),
  };
}
