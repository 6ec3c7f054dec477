import type { StateChange } from '../contracts/journalEvent.ts';
import type { Message, MessageState } from '../contracts/message.ts';
import { definedOnly } from './definedOnly.ts';

type Moved = Extract<StateChange, { type: 'messages.moved' }>;

/** `turn_id`: the running turn that takes them; `with_reply`: with the reply to a tool call of it. */
export type MoveDetails = Partial<Pick<Moved, 'turn_id' | 'reason' | 'with_reply'>>;

export function messagesMoved(
  messages: readonly Pick<Message, 'id'>[],
  to: MessageState,
  { turn_id, reason, with_reply }: MoveDetails = {},
): Moved {
  const message_ids = messages.map(({ id }) => id);
  return { type: 'messages.moved', message_ids, to, ...definedOnly({ turn_id, reason, with_reply }) };
}
