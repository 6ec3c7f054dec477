import type { AgentEvent, HistoryEvent } from '../contracts/agentEvent.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import { MessagesAbove } from '../core/messagesAbove.ts';
import { textOf } from './textOf.ts';

type Queued = Extract<StateChange, { type: 'turn.queued' }>;

/** What was said to an agent, as lines; what a message has said above is not said a second time. */
export class PromptLines {
  readonly #messages = new MessagesAbove();
  readonly #turns = new Map<string, Queued>();
  /** Turns in a terminal that have been told their prompt. */
  readonly #told = new Set<string>();

  note(change: StateChange): void {
    if (change.type === 'message.queued') {
      this.#messages.queued(change.message.id, textOf(change.message.text));
    } else if (change.type === 'messages.moved') this.#messages.moved(change);
    else if (change.type === 'turn.queued') this.#turns.set(change.turn_id, change);
    else if (change.type === 'turn.ended') this.#turns.delete(change.turn_id);
  }

  prompt({ turn_id, text }: Extract<AgentEvent, { type: 'prompt' }>): readonly string[] {
    const brings = this.#turns.get(turn_id)?.brings ?? [];
    return [this.#messages.bring(brings) ? `> ${above(brings)}` : `> ${textOf(text)}`];
  }

  steered(
    event: Extract<AgentEvent, { type: 'steered' }>,
    { turn_id = '' }: HistoryEvent,
  ): readonly string[] {
    const text = textOf(event.text);
    const turn = this.#turns.get(turn_id);
    // A terminal says of each prompt that it came, also of the one that the turn began with.
    if (turn?.native === true && !this.#told.has(turn_id) && textOf(turn.prompt).trim() === text.trim()) {
      this.#told.add(turn_id);
      return [];
    }
    const ids = this.#messages.take(text);
    if (ids === undefined) return [`> ${text}`];
    return [`> ${above(ids)}${turn?.native === true ? '' : ', to the running turn'}`];
  }
}

function above(ids: readonly string[]): string {
  return ids.length > 1 ? `the ${ids.length} messages above` : 'the message above';
}
