import type { AgentEvent, HistoryEvent } from '../contracts/agentEvent.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { messagesIn, type ShownMessage } from '../core/messagesIn.ts';
import { textOf } from './textOf.ts';

type Queued = Extract<StateChange, { type: 'turn.queued' }>;

/** What was said to an agent, as lines; what a message has said above is not said a second time. */
export class PromptLines {
  readonly #messages = new Map<string, ShownMessage>();
  readonly #turns = new Map<string, Queued>();
  /** Turns in a terminal that have been told their prompt. */
  readonly #told = new Set<string>();

  note(change: StateChange): void {
    if (change.type === 'message.queued') {
      this.#messages.set(change.message.id, { text: textOf(change.message.text) });
    } else if (change.type === 'turn.queued') this.#turns.set(change.turn_id, change);
    else if (change.type === 'turn.ended') this.#turns.delete(change.turn_id);
  }

  prompt({ turn_id, text }: Extract<AgentEvent, { type: 'prompt' }>): readonly string[] {
    const brings = this.#turns.get(turn_id)?.brings ?? [];
    const isShown = brings.length > 0 && brings.every(id => this.#messages.has(id));
    return [isShown ? `> ${above(brings)}` : `> ${textOf(text)}`];
  }

  steered(
    event: Extract<AgentEvent, { type: 'steered' }>,
    { turn_id = '' }: HistoryEvent,
  ): readonly string[] {
    const text = textOf(event.text);
    const turn = this.#turns.get(turn_id);
    const ids = messagesIn(text, this.#messages);
    if (turn?.native !== true)
      return [ids === undefined ? `> ${text}` : `> ${above(ids)}, to the running turn`];
    // A terminal says of each prompt that it came, also of the one that the turn began with.
    if (!this.#told.has(turn_id) && textOf(turn.prompt).trim() === text.trim()) {
      this.#told.add(turn_id);
      return [];
    }
    return [`> ${ids === undefined ? text : above(ids)}`];
  }
}

function above(ids: readonly string[]): string {
  return ids.length > 1 ? `the ${ids.length} messages above` : 'the message above';
}
