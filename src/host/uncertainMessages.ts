import { toToolError } from '../contracts/errors.ts';
import type { ProviderId } from '../contracts/ids.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { definedOnly } from '../core/definedOnly.ts';
import type { Driver } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Log } from './log.ts';

interface Parts {
  readonly store: ThreadStore;
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly log: Log;
}

const transcriptMs = 30_000;
const cannotTell =
  'The turn that was to take it was cut, and the transcript does not tell whether it arrived.';

/**
 * Messages that may have left with a turn that is over, and that nobody said had arrived: the provider's transcript
 * decides. What it holds has arrived, what it lacks is queued again, and where it cannot be read nobody knows: such a
 * message is shown and never sent again.
 */
export async function settleUncertain(thread: Thread, { store, drivers, log }: Parts): Promise<void> {
  const uncertain = thread.inbox.filter(
    ({ state, turn_id }) => state === 'sending' && turn_id !== thread.turn?.id,
  );
  if (uncertain.length === 0 || thread.turn !== undefined) return;
  const held = await findHeld(thread, uncertain, drivers.get(thread.provider), log);
  const move = (to: MessageState, messages: readonly Message[], reason?: string) =>
    messages.length === 0
      ? []
      : [
          {
            thread: thread.id,
            change: {
              type: 'messages.moved' as const,
              message_ids: messages.map(({ id }) => id),
              to,
              ...definedOnly({ reason }),
            },
          },
        ];
  await store.commit(
    held === undefined
      ? move('unknown', uncertain, cannotTell)
      : [
          ...move(
            'delivered',
            uncertain.filter(({ id }) => held.has(id)),
          ),
          ...move(
            'queued',
            uncertain.filter(({ id }) => !held.has(id)),
          ),
        ],
  );
}

async function findHeld(
  { session, id }: Thread,
  messages: readonly Message[],
  driver: Driver | undefined,
  log: Log,
): Promise<ReadonlySet<string> | undefined> {
  if (session === undefined || driver?.findInTranscript === undefined) return undefined;
  const ids = messages.map(message => message.id);
  try {
    return await driver.findInTranscript(session, ids, AbortSignal.timeout(transcriptMs));
  } catch (error) {
    log(`the transcript of ${id} could not be read: ${toToolError(error).message}`);
    return undefined;
  }
}
