import { toToolError } from '../contracts/errors.ts';
import type { ProviderId } from '../contracts/ids.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { markOf } from '../core/digest.ts';
import { messagesMoved } from '../core/messagesMoved.ts';
import { isUncertain } from '../core/reduceInbox.ts';
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
 * Messages that may have left with a turn that is over, or that a provider had taken which was killed before it may have
 * written them down: its transcript decides. What it holds has arrived, what it lacks is queued again, and where it
 * does not tell nobody knows: such a message is shown and never sent again.
 */
export async function settleUncertain(thread: Thread, { store, drivers, log }: Parts): Promise<void> {
  const uncertain = thread.inbox.filter(message => isUncertain(message, thread));
  if (uncertain.length === 0 || thread.turn !== undefined) return;
  const texts = new Map<string, string>();
  for (const { id, text, cut } of uncertain) if (cut === true) texts.set(id, await store.getText(text));
  const sought = [...uncertain.map(({ id }) => markOf(id)), ...texts.values()];
  const held = await findHeld(thread, sought, drivers.get(thread.provider), log);
  const moved = (to: MessageState, reason?: string) => {
    const messages = uncertain.filter(message => fateOf(message, texts.get(message.id), held) === to);
    if (messages.length === 0) return [];
    return [{ thread: thread.id, change: messagesMoved(messages, to, definedOnly({ reason })) }];
  };
  await store.commit([...moved('delivered'), ...moved('queued'), ...moved('unknown', cannotTell)]);
}

/**
 * The person's own words may have gone without their mark, as a prompt of their own: then its absence says nothing, and
 * the words themselves, given as `text`, only add to what the provider had said.
 */
function fateOf(
  { id, kind, origin, with_reply, cut }: Message,
  text: string | undefined,
  held: ReadonlySet<string> | undefined,
): MessageState {
  if (held === undefined) return cut === true ? 'delivered' : 'unknown';
  if (held.has(markOf(id))) return 'delivered';
  const isMarked = with_reply === true || kind !== 'message' || origin !== 'person';
  if (isMarked) return 'queued';
  return text !== undefined && held.has(text) ? 'delivered' : 'unknown';
}

async function findHeld(
  { session, id }: Thread,
  texts: readonly string[],
  driver: Driver | undefined,
  log: Log,
): Promise<ReadonlySet<string> | undefined> {
  if (session === undefined || driver?.findInTranscript === undefined) return undefined;
  try {
    return await driver.findInTranscript(session, texts, AbortSignal.timeout(transcriptMs));
  } catch (error) {
    log(`the transcript of ${id} could not be read: ${toToolError(error).message}`);
    return undefined;
  }
}
