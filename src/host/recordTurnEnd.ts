import { toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { definedOnly } from '../core/definedOnly.ts';
import type { TurnEnd } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { newsFor } from '../tools/newsFor.ts';
import type { Log } from './log.ts';
import type { SeenReceipt } from './turnReceipt.ts';

interface RecordOptions {
  readonly log: Log;
  /** Why the host itself ended the turn. */
  readonly reason: string | undefined;
  readonly receipt: SeenReceipt;
  /** True when the disk is not to be waited for, or will take nothing: the next host then finds the turn cut. */
  readonly isGivenUp: () => boolean;
}

/** Writes how a turn ended. The facts stay in memory until they are on disk: a full disk delays them, nothing more. */
export async function recordTurnEnd(
  store: ThreadStore,
  thread: ThreadId,
  turnId: string,
  end: TurnEnd,
  options: RecordOptions,
): Promise<void> {
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 10_000)) {
    try {
      await store.history.flush();
      const change = await endOf(store, thread, turnId, end, options);
      await store.commit([{ thread, change }, ...newsFor(store, thread, change)]);
      return;
    } catch (error) {
      options.log(`the end of a turn of ${thread} is not on disk yet: ${toToolError(error).message}`);
      if (options.isGivenUp()) return;
      await new Promise(resolve => setTimeout(resolve, waitMs));
    }
  }
}

async function endOf(
  store: ThreadStore,
  id: ThreadId,
  turnId: string,
  end: TurnEnd,
  { reason, receipt }: RecordOptions,
): Promise<StateChange> {
  const thread = store.get(id);
  const isCancelled = thread?.cancel_requested === true;
  // Only a host that stops leaves it to the next one: here it would start again at once, and again.
  const isUnsent = thread?.turn?.sent === false && thread.turn.native !== true;
  if (reason !== undefined && end.outcome === 'interrupted' && !isCancelled && isUnsent) {
    return { type: 'turn.requeued', turn_id: turnId };
  }
  const result = end.result === undefined ? undefined : await store.putText(end.result);
  return {
    type: 'turn.ended',
    turn_id: turnId,
    outcome: isCancelled ? 'cancelled' : end.outcome,
    ...definedOnly({ result, error: end.error, usage: end.usage }),
    ...definedOnly({ reason: end.outcome === 'interrupted' ? reason : undefined }),
    receipt,
    source: 'provider',
  };
}
