import type { AgentEvent } from '../contracts/agentEvent.ts';
import type { Message } from '../contracts/message.ts';
import { markOf } from './digest.ts';

/** Messages that came with the reply to a call, and that the provider now shows in the result it has taken. */
export function shownMessages(event: AgentEvent, inbox: readonly Message[]): readonly Message[] {
  if (
    event.type !== 'tool.ended' ||
    event.in_sub_agent === true ||
    event.output === undefined ||
    !('text' in event.output)
  )
    return [];
  const { text } = event.output;
  return inbox.filter(
    ({ id, state, with_reply }) => with_reply === true && state === 'sending' && text.includes(markOf(id)),
  );
}
