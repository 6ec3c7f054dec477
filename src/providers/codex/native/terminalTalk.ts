import type { Question } from '../../../contracts/agentRequest.ts';
import type { DockError } from '../../../contracts/errors.ts';
import type { Usage } from '../../../contracts/usage.ts';
import type { TurnRequest, TurnSink } from '../../driver.ts';
import { answerQuestion, isReasonId } from '../answerQuestion.ts';
import type { AppServer, SessionListener } from '../appServer.ts';
import { asideQuestion } from '../asideQuestion.ts';
import { classifyTurnError, toDockError } from '../classifyError.ts';
import type { RequestId } from '../connection.ts';
import type { Notification } from '../notifications.ts';
import { makeOpenRequests } from '../openRequests.ts';
import { makeSentMessages } from '../sentMessages.ts';
import { makeTurnEvents } from '../turnEvents.ts';

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
export interface TerminalTalk {
  listenerFor(server: AppServer): SessionListener;
  /** Codex's own id of the turn that runs. */
  activeTurn(): string | undefined;
  /** Resolves once the message of that id is part of the conversation. */
  expectMessage(id: string, text: string): Promise<void>;
  /** Asked by the agent in the turn that has just ended, and not answered in it. */
  takeQuestions(): readonly Question[];
  /** Aborted by the next word of the person's. */
  nextWord(): AbortSignal;
  withdraw(id: RequestId): void;
  /** The terminal goes to another session. */
  endSession(): void;
  close(): void;
  /** Both are complete once it is closed. */
  result(): string | undefined;
  usage(): Usage | undefined;
}

export function makeTerminalTalk({
  request,
  sink,
  isAskedThere,
  onWord,
  onTurn,
  onRest,
  fail,
}: TerminalTalkOptions): TerminalTalk {
  let events = makeTurnEvents();
  const requests = makeOpenRequests();
  const messages = makeSentMessages();
  const turns = new Set<string>();
  let active: string | undefined;
  let result: string | undefined;
  let spent: Usage | undefined;
  let questions: readonly Question[] = [];
  let word = new AbortController();

  const said = (): void => {
    questions = [];
    word.abort();
    word = new AbortController();
  };

  const endSession = (): void => {
    result = events.result() ?? result;
    spent = sumOf(spent, events.usage());
    for (const event of events.finish()) if (event.type !== 'usage') sink.event(event);
    events = makeTurnEvents();
    active = undefined;
    requests.withdrawOpen();
    messages.close();
    said();
  };

  const tellMessage = ({ method, params }: Notification): void => {
    if (method !== 'item/started' || params.item.type !== 'userMessage') return;
    const { clientId, content } = params.item;
    if (isReasonId(clientId ?? '')) return;
    // The record begins with the turn's prompt.
    if (messages.taken(clientId ?? '') === undefined) {
      said();
      onWord();
    } else if (clientId === request.messageId) return;
    const text = content.flatMap(part => part.text ?? []).join('\n');
    if (text !== '') sink.event({ type: 'steered', text: { text } });
  };

  const follow = ({ method, params }: Notification): void => {
    switch (method) {
      case 'turn/started':
        active = params.turn.id;
        turns.add(active);
        onTurn();
        return;
      case 'item/completed': {
        const question = asideQuestion(params.item);
        if (question !== undefined) questions = [...questions, question];
        return;
      }
      case 'serverRequest/resolved':
        requests.withdraw(params.requestId);
        return;
      case 'turn/completed':
        if ((params.turn.id ?? active) !== active) return;
        active = undefined;
        messages.close();
        if (params.turn.error) {
          sink.event({
            type: 'notice',
            text: `Codex stopped: ${classifyTurnError(params.turn.error).message}`,
          });
        }
        onRest(params.turn.status === 'completed');
    }
  };

  const deliver = (notification: Notification): void => {
    const { method, params } = notification;
    // A resumed session first repeats the token counts of its earlier turn.
    if (method === 'thread/tokenUsage/updated' && !turns.has(params.turnId)) return;
    tellMessage(notification);
    for (const event of events.take(notification)) sink.event(event);
    follow(notification);
  };

  return {
    listenerFor: server => ({
      notification: deliver,
      request: (id, method, params) => {
        const signal = requests.open(id);
        void answerQuestion({
          server,
          id,
          method,
          params,
          request,
          sink,
          events,
          signal,
          isAskedElsewhere: isAskedThere(id),
          refusesAtOnce: request.permissionMode === 'read_only',
        })
          .catch((error: unknown) => fail(toDockError(error)))
          .finally(() => requests.close(id));
      },
      unparsed: line => sink.event({ type: 'unparsed', line: { text: line } }),
      lost: fail,
    }),
    activeTurn: () => active,
    expectMessage: messages.expect,
    takeQuestions: () => {
      const taken = questions;
      questions = [];
      return taken;
    },
    nextWord: () => word.signal,
    withdraw: requests.withdraw,
    endSession,
    close: () => {
      endSession();
      requests.withdrawAll();
      if (spent !== undefined) sink.event({ type: 'usage', usage: spent });
    },
    result: () => result,
    usage: () => spent,
  };
}

function sumOf(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const sum = (a = 0, b = 0): number => a + b;
  return {
    input_tokens: sum(one.input_tokens, other.input_tokens),
    cached_input_tokens: sum(one.cached_input_tokens, other.cached_input_tokens),
    output_tokens: sum(one.output_tokens, other.output_tokens),
    reasoning_tokens: sum(one.reasoning_tokens, other.reasoning_tokens),
  };
}
