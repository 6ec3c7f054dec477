import type { AgentEvent } from '../contracts/agentEvent.ts';
import { inlineTextLimit } from '../contracts/text.ts';
import { wholeCharacters } from './wholeCharacters.ts';

/** The event as several where its text is too long for one line of a history: those that come in pieces anyway. */
export function inPieces(event: AgentEvent): readonly AgentEvent[] {
  switch (event.type) {
    case 'text':
    case 'reasoning': {
      const pieces = cut(event.text);
      const { done, ...rest } = event;
      return pieces.map((text, index) => ({
        ...rest,
        text,
        ...(done === undefined || index < pieces.length - 1 ? {} : { done }),
      }));
    }
    case 'tool.progress':
      return cut(event.text).map(text => ({ ...event, text }));
    case 'output':
      return cut(event.data).map(data => ({ ...event, data }));
    default:
      return [event];
  }
}

/** At least one, which may be empty. */
function cut(text: string): readonly string[] {
  if (text.length <= inlineTextLimit) return [text];
  const piece = wholeCharacters(text.slice(0, inlineTextLimit));
  return [piece, ...cut(text.slice(piece.length))];
}
