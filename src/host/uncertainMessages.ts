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
import { lossOf } from './lostText.ts';

interface Parts {
  readonly store: ThreadStore;
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly log: Log;
}

const transcriptMs = 30_000;
const cannotTell =
  'The turn that was to take it was cut, and the transcript does not tell whether it arrived.';
const notArrived = 'A turn that was to bring it was cut before it had arrived.';

/**
 * Messages that may have left with a turn that is over, or that a provider had taken which was killed before it may have
 * written them down: its transcript decides. What it holds has arrived, what it lacks is queued again, and where it
 * does not tell nobody knows: such a message is shown and never sent again.
 */
export async function settleUncertain(thread: Thread, { store, drivers, log }: Parts): Promise<void> {
  const uncertain = thread.inbox.filter(message => isUncertain(message, thread));
  if (uncertain.length === 0 || thread.turn !== undefined) return;
  const texts = new Map<string, string>();
  for (const message of uncertain) {
    if (isMarked(message)) continue;
    if ((await lossOf(message.text, store)) === undefined)
      texts.set(message.id, await store.getText(message.text));
  }
  const sought = [...uncertain.map(({ id }) => markOf(id)), ...texts.values()];
  const held = await findHeld(thread, sought, drivers.get(thread.provider), log);
  // Who was bringing one may have said meanwhile what became of it.
  const now = store.get(thread.id) ?? thread;
  const open = now.inbox.filter(one => isUncertain(one, now) && uncertain.some(({ id }) => id === one.id));
  if (open.length === 0) return;
  const moved = (fate: MessageState, to: MessageState, reason?: string) => {
    const messages = open.filter(message => fateOf(message, texts.get(message.id), held) === fate);
    if (messages.length === 0) return [];
    return [{ thread: thread.id, change: messagesMoved(messages, to, definedOnly({ reason })) }];
  };
  // A turn that was good since then has gone on with what is found.
  const hasGoneOn = now.last_outcome === 'completed';
  await store.commit([
    ...moved('delivered', hasGoneOn ? 'acknowledged' : 'delivered'),
    ...moved('queued', 'queued', notArrived),
    ...moved('unknown', 'unknown', cannotTell),
  ]);
}

/**
 * The person's own words may have gone without their mark, as a prompt of their own. Then a transcript without these
 * words lacks the message; one that has them may have them from another, so they only add to what the provider said.
 */
function fateOf(
  message: Message,
  text: string | undefined,
  held: ReadonlySet<string> | undefined,
): MessageState {
  const isTaken = message.cut === true;
  if (held === undefined) return isTaken ? 'delivered' : 'unknown';
  if (held.has(markOf(message.id))) return 'delivered';
  if (isMarked(message)) return 'queued';
  // Its words are lost: nothing to look for.
  if (text === undefined) return isTaken ? 'delivered' : 'unknown';
  if (held.has(text)) return isTaken ? 'delivered' : 'unknown';
  return isCommand(text) ? 'unknown' : 'queued';
}

function isMarked({ kind, origin, with_reply }: Message): boolean {
  return with_reply === true || kind !== 'message' || origin !== 'person';
}

/** The provider may have put something else in its place. */
function isCommand(text: string): boolean {
  return /^\s*[/!#@$]/.test(text);
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
