import type { ThreadId } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { makeMessageId } from './naming.ts';
import { oneLine } from './oneLine.ts';

type MessageQueued = Extract<StateChange, { type: 'message.queued' }>;

/** Of one failure so many messages are named. */
const mostNamed = 20;

/**
 * What the masters that sent these messages are to hear, by master: they have not arrived. A worker that sent one is not
 * called back for it; its words stand in the receiver's record for the person.
 */
export function undeliveredNews(
  receiver: ThreadId,
  messages: readonly Message[],
  reason: string,
  threadOf: (id: ThreadId) => Thread | undefined,
): ReadonlyMap<ThreadId, MessageQueued> {
  const senders = Map.groupBy(messages, ({ from }) => from);
  return new Map(
    [...senders].flatMap(([sender, sent]) =>
      sender !== undefined && threadOf(sender)?.role === 'master'
        ? [[sender, newsOf(receiver, sent, reason)] as const]
        : [],
    ),
  );
}

function newsOf(from: ThreadId, messages: readonly Message[], reason: string): MessageQueued {
  const named = messages.slice(0, mostNamed).map(({ id, text }) => `${id}: ${headOf(text)}`);
  const left = messages.length - mostNamed;
  const lines = [...named, ...(left > 0 ? [`… and ${left} more`] : []), reason];
  return {
    type: 'message.queued',
    message: {
      id: makeMessageId(),
      kind: 'undelivered',
      origin: 'host',
      from,
      when: 'turn_end',
      text: { text: lines.join('\n') },
    },
  };
}

function headOf(text: Message['text']): string {
  return 'text' in text ? oneLine(text.text) : `${oneLine(text.head)}…`;
}
