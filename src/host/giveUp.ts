import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { givenUp, mostLost } from '../core/delivery.ts';
import { messagesMoved } from '../core/messagesMoved.ts';
import { oneLine } from '../core/oneLine.ts';
import { undeliveredNews } from '../core/undelivered.ts';
import { isNews } from '../core/waitingMessages.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { lossOf } from './lostText.ts';

const nextStep =
  'It is not sent again by itself: send it again as a new message, or resume the thread with it, once its agent works.';

/** Words that turn after turn failed over have failed; also those that an earlier host left so. */
export async function giveUpLost(thread: Thread, store: ThreadStore): Promise<void> {
  const why = thread.error === undefined ? '.' : `, the last one with: ${sentence(thread.error.message)}`;
  const reason = `${mostLost} turns that were to bring it failed${why} ${nextStep}`;
  await giveUp(thread, givenUp(thread), reason, store);
}

/** Of the words that are to be brought now those whose text is lost have failed. True when there are any. */
export async function giveUpUnreadable(
  thread: Thread,
  messages: readonly Message[],
  store: ThreadStore,
): Promise<boolean> {
  for (const message of messages) {
    const loss = isNews(message.kind) ? undefined : await lossOf(message.text, store);
    if (loss === undefined) continue;
    await giveUp(thread, [message], `Its text is lost: ${sentence(loss)} Send it again.`, store);
    return true;
  }
  return false;
}

/** With the news for who sent them in the same line of the journal. */
async function giveUp(
  { id }: Thread,
  messages: readonly Message[],
  reason: string,
  store: ThreadStore,
): Promise<void> {
  if (messages.length === 0) return;
  const news = undeliveredNews(id, messages, reason, one => store.get(one));
  await store.commit([
    { thread: id, change: messagesMoved(messages, 'failed', { reason }) },
    ...[...news].map(([thread, change]) => ({ thread, change })),
  ]);
}

function sentence(text: string): string {
  return oneLine(text).replace(/\.?$/, '.');
}
