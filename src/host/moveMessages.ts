import type { ThreadId } from '../contracts/ids.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import { type MoveDetails, messagesMoved } from '../core/messagesMoved.ts';
import type { ThreadStore } from '../store/threadStore.ts';

/** Resolves when it is in the journal. */
export async function moveMessages(
  store: Pick<ThreadStore, 'commit'>,
  thread: ThreadId,
  messages: readonly Message[],
  to: MessageState,
  details: MoveDetails = {},
): Promise<void> {
  await store.commit([{ thread, change: messagesMoved(messages, to, details) }]);
}
