import type { Question } from '../../../contracts/agentRequest.ts';
import type { DockError } from '../../../contracts/errors.ts';
import type { Usage } from '../../../contracts/usage.ts';
import { addUsage } from '../../../core/addUsage.ts';
import type { TurnRequest, TurnSink } from '../../driver.ts';
import { answerQuestion, isReasonId } from '../answerQuestion.ts';
import type { AppServer, SessionListener } from '../appServer.ts';
import { asideQuestion } from '../asideQuestion.ts';
import { classifyTurnError, toDockError } from '../classifyError.ts';
import type { RequestId } from '../connection.ts';
import type { EndedTurn, Notification } from '../notifications.ts';
import { makeOpenRequests } from '../openRequests.ts';
import { makeSentMessages } from '../sentMessages.ts';
import { TurnEvents } from '../turnEvents.ts';
import { NextWord } from './nextWord.ts';

interface TerminalTalkOptions {
  readonly request: TurnRequest;
  readonly sink: TurnSink;
  /** The person can answer this request in the terminal. */
  readonly isAskedThere: (id: RequestId) => boolean;
  /** The person has said something there. */
  readonly onWord: () => void;
  /** Codex has begun a turn of its own, whoever started it. */
  readonly onTurn: () => void;
  /** It has ended one; `isDone`: by itself, and well. */
  readonly onRest: (isDone: boolean) => void;
  readonly fail: (error: DockError) => void;
}

/** What is said in a session while a terminal is open on it: many turns of Codex, and whoever began them. */
export class TerminalTalk {
  readonly #options: TerminalTalkOptions;
  readonly #requests = makeOpenRequests();
  readonly #messages = makeSentMessages();
  readonly #word = new NextWord();
  readonly #turns = new Set<string>();
  /** Of the session that the terminal shows. */
  #events = new TurnEvents();
  #activeTurn: string | undefined;
  #result: string | undefined;
  #spent: Usage | undefined;

  constructor(options: TerminalTalkOptions) {
    this.#options = options;
  }

  /** Codex's own id of the turn that runs. */
  get activeTurn(): string | undefined {
    return this.#activeTurn;
  }

  /** Complete once it is closed, as `usage` is. */
  get result(): string | undefined {
    return this.#result;
  }

  get usage(): Usage | undefined {
    return this.#spent;
  }

  listenerFor(server: AppServer): SessionListener {
    const { sink, fail } = this.#options;
    return {
      notification: notification => this.#deliver(notification),
      request: (id, method, params) => this.#answer(server, id, method, params),
      unparsed: line => sink.event({ type: 'unparsed', line: { text: line } }),
      lost: fail,
    };
  }

  /** Resolves once the message of that id is part of the conversation. */
  expectMessage(id: string, text: string): Promise<void> {
    return this.#messages.expect(id, text);
  }

  /** Asked by the agent in the turn that has just ended, and not answered in it. */
  takeQuestions(): readonly Question[] {
    return this.#word.takeQuestions();
  }

  /** Aborted by the next word of the person's. */
  nextWord(): AbortSignal {
    return this.#word.signal;
  }

  withdraw(id: RequestId): void {
    this.#requests.withdraw(id);
  }

  /** The terminal goes to another session. */
  endSession(): void {
    const { sink } = this.#options;
    this.#result = this.#events.result ?? this.#result;
    this.#spent = addUsage(this.#spent, this.#events.usage);
    for (const event of this.#events.finish()) if (event.type !== 'usage') sink.event(event);
    this.#events = new TurnEvents();
    this.#activeTurn = undefined;
    this.#requests.withdrawOpen();
    this.#messages.close();
    this.#word.said();
  }

  close(): void {
    this.endSession();
    this.#requests.withdrawAll();
    if (this.#spent !== undefined) this.#options.sink.event({ type: 'usage', usage: this.#spent });
  }

  #answer(server: AppServer, id: RequestId, method: string, params: unknown): void {
    const { request, sink, isAskedThere, fail } = this.#options;
    const signal = this.#requests.open(id);
    void answerQuestion({
      ...{ server, id, method, params, request, sink, signal },
      events: this.#events,
      isAskedElsewhere: isAskedThere(id),
      refusesAtOnce: request.permissionMode === 'read_only',
    })
      .catch((error: unknown) => fail(toDockError(error)))
      .finally(() => this.#requests.close(id));
  }

  #deliver(notification: Notification): void {
    const { method, params } = notification;
    // A resumed session first repeats the token counts of its earlier turn.
    if (method === 'thread/tokenUsage/updated' && !this.#turns.has(params.turnId)) return;
    this.#tellMessage(notification);
    for (const event of this.#events.take(notification)) this.#options.sink.event(event);
    this.#follow(notification);
  }

  #tellMessage({ method, params }: Notification): void {
    if (method !== 'item/started' || params.item.type !== 'userMessage') return;
    const { request, sink, onWord } = this.#options;
    const { clientId, content } = params.item;
    if (isReasonId(clientId ?? '')) return;
    // The record begins with the turn's prompt.
    if (this.#messages.taken(clientId ?? '') === undefined) {
      this.#word.said();
      onWord();
    } else if (clientId === request.messageId) return;
    const text = content.flatMap(part => part.text ?? []).join('\n');
    if (text !== '') sink.event({ type: 'steered', text: { text } });
  }

  #follow({ method, params }: Notification): void {
    switch (method) {
      case 'turn/started':
        this.#begin(params.turn.id);
        return;
      case 'item/completed': {
        const question = asideQuestion(params.item);
        if (question !== undefined) this.#word.asked(question);
        return;
      }
      case 'serverRequest/resolved':
        this.#requests.withdraw(params.requestId);
        return;
      case 'turn/completed':
        this.#rest(params.turn);
    }
  }

  #begin(turnId: string): void {
    this.#activeTurn = turnId;
    this.#turns.add(turnId);
    this.#options.onTurn();
  }

  #rest({ id = this.#activeTurn, status, error }: EndedTurn): void {
    if (this.#activeTurn === undefined || id !== this.#activeTurn) return;
    const { sink, onRest } = this.#options;
    this.#activeTurn = undefined;
    this.#messages.close();
    if (error) {
      sink.event({ type: 'notice', text: `Codex stopped: ${classifyTurnError(error).message}` });
    }
    onRest(status === 'completed');
  }
}
