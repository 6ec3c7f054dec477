import { DockError, toToolError } from '../../contracts/errors.ts';
import type { TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { watchSilence } from '../process/silenceWatch.ts';
import { answerQuestion } from './answerQuestion.ts';
import type { AppServer, SessionListener } from './appServer.ts';
import { asideQuestion } from './asideQuestion.ts';
import { classifyTurnError, toDockError } from './classifyError.ts';
import type { Notification, TurnError } from './notifications.ts';
import { makeOpenRequests } from './openRequests.ts';
import { isLargePrompt } from './prompt.ts';
import { makeSentMessages } from './sentMessages.ts';
import { makeTurnEvents } from './turnEvents.ts';

/** What the server says during one turn, from the moment the session is open until the turn is over. */
export interface Conversation {
  listenerFor(server: AppServer): SessionListener;
  /** The host knows of the turn: what was held back until then goes out, in order. */
  begin(turnId: string): void;
  /** Ends the turn with this error instead of what the provider says. */
  fail(error: DockError): void;
  /** Resolves when the provider has begun to work: before, it does not know the turn it is asked to stop. */
  readonly working: Promise<void>;
  /** Resolves when the provider says that the turn is over; rejects when the server is lost. */
  readonly completed: Promise<void>;
  readonly unloaded: Promise<void>;
  /**
   * The text is told as `steered` once the message of that id is part of the conversation; then it resolves, and rejects
   * when the turn is over before.
   */
  expectMessage(id: string, text: string): Promise<void>;
  isOver(): boolean;
  mayHaveStartedProcesses(): boolean;
  /** How the turn ended; `error` is what kept it from running to its end. */
  end(error: unknown): TurnEnd;
}

interface Options {
  readonly silenceMs: number;
  /** Aborted to stop the turn. */
  readonly stop: AbortController;
}

type Status = { readonly status: string | undefined; readonly error: TurnError | undefined };

export function makeConversation(
  request: TurnRequest,
  sink: TurnSink,
  { silenceMs, stop }: Options,
): Conversation {
  const events = makeTurnEvents();
  const working = Promise.withResolvers<void>();
  const completed = Promise.withResolvers<void>();
  const unloaded = Promise.withResolvers<void>();
  // Awaited only by those who got that far.
  completed.promise.catch(() => undefined);
  /** What came before the host knew of the turn. */
  const held: (() => void)[] = [];
  const messages = makeSentMessages();
  let turnId: string | undefined;
  let status: Status | undefined;
  let failure: DockError | undefined;
  const requests = makeOpenRequests();
  stop.signal.addEventListener('abort', requests.withdrawAll, { once: true });

  const fail = (error: DockError): void => {
    failure ??= error;
    stop.abort();
  };

  const silence = watchSilence(silenceMs, () => {
    if (turnId !== undefined && !events.toolsOpen() && !requests.any()) {
      const minutes = Math.round(silenceMs / 60_000);
      sink.event({ type: 'notice', text: `Codex has been silent for ${minutes} minutes.` });
    }
    silence.heard();
  });

  /** A prompt larger than the model's window would be summed up before the model reads it. */
  const guardLargePrompt = (notification: Notification): void => {
    const isSummingUp =
      notification.method === 'item/started' && notification.params.item.type === 'contextCompaction';
    if (!isSummingUp || events.result() !== undefined || events.usedTools()) return;
    if (!isLargePrompt(request.prompt)) return;
    fail(
      new DockError('context_full', 'The prompt is larger than the context window of the model.', {
        hint: 'Use a model with a larger context window, or put the text into a file.',
      }),
    );
  };

  const tellSteered = ({ method, params }: Notification): void => {
    if (method !== 'item/started' || params.item.type !== 'userMessage') return;
    const text = messages.taken(params.item.clientId ?? '');
    if (text !== undefined) sink.event({ type: 'steered', text: { text } });
  };

  /** Settle before the turn's end is told: a turn that is over asks nothing. */
  const left: Promise<void>[] = [];
  const leaveQuestion = ({ method, params }: Notification): void => {
    const question = method === 'item/completed' ? asideQuestion(params.item) : undefined;
    if (question === undefined || sink.leaveQuestion === undefined) return;
    left.push(sink.leaveQuestion(question).catch((error: unknown) => fail(toDockError(error))));
  };

  /** A resumed session first repeats the token counts of its earlier turn. */
  const isOfEarlierTurn = ({ method, params }: Notification): boolean =>
    method === 'thread/tokenUsage/updated' && params.turnId !== turnId;

  const deliver = (notification: Notification): void => {
    if (isOfEarlierTurn(notification)) return;
    guardLargePrompt(notification);
    tellSteered(notification);
    leaveQuestion(notification);
    for (const event of events.take(notification)) sink.event(event);
    if (notification.method === 'turn/started') working.resolve();
    if (notification.method === 'serverRequest/resolved') requests.withdraw(notification.params.requestId);
    if (notification.method !== 'turn/completed') return;
    const { turn } = notification.params;
    if ((turn.id ?? turnId) !== turnId) return;
    status = { status: turn.status, error: turn.error ?? undefined };
    silence.stop();
    requests.withdrawAll();
    messages.close();
    void Promise.all(left).then(() => completed.resolve());
  };

  const whenBegun = (work: () => void): void => {
    if (turnId === undefined) held.push(work);
    else work();
  };

  const listenerFor = (server: AppServer): SessionListener => ({
    notification: notification => {
      if (notification.method === 'thread/closed') unloaded.resolve();
      if (status !== undefined) return;
      silence.heard();
      whenBegun(() => deliver(notification));
    },
    request: (id, method, params) => {
      const signal = requests.open(id);
      whenBegun(() => {
        void answerQuestion({ server, id, method, params, request, sink, events, signal })
          .catch((error: unknown) => fail(toDockError(error)))
          .finally(() => requests.close(id));
      });
    },
    unparsed: line => whenBegun(() => sink.event({ type: 'unparsed', line: { text: line } })),
    lost: error => {
      silence.stop();
      requests.withdrawAll();
      messages.close();
      unloaded.resolve();
      completed.reject(error);
    },
  });

  const withResult = (end: TurnEnd): TurnEnd => {
    const result = events.result();
    const usage = events.usage();
    return { ...end, ...(result === undefined ? {} : { result }), ...(usage === undefined ? {} : { usage }) };
  };

  return {
    listenerFor,
    begin: id => {
      turnId = id;
      for (const work of held.splice(0)) work();
    },
    fail,
    working: working.promise,
    completed: completed.promise,
    unloaded: unloaded.promise,
    expectMessage: messages.expect,
    isOver: () => status !== undefined || failure !== undefined || stop.signal.aborted,
    mayHaveStartedProcesses: () => events.usedTools() || status?.status !== 'completed',
    end: error => {
      silence.stop();
      messages.close();
      for (const event of events.finish()) sink.event(event);
      return withResult(outcome({ failure, status, error, stopped: stop.signal.aborted }));
    },
  };
}

interface Ending {
  readonly failure: DockError | undefined;
  readonly status: Status | undefined;
  readonly error: unknown;
  readonly stopped: boolean;
}

function outcome({ failure, status, error, stopped }: Ending): TurnEnd {
  if (failure !== undefined) return endWith(failure);
  if (status?.status === 'completed') return { outcome: 'completed' };
  if (status?.status === 'interrupted') return { outcome: 'interrupted' };
  if (status?.error !== undefined) return endWith(classifyTurnError(status.error));
  if (status?.status === 'failed') {
    return endWith(new DockError('unknown', 'Codex ended the turn without a reason.'));
  }
  if (status !== undefined && !stopped) return endWith(unreadEnd(status));
  // Stopped before the turn had begun, or a server that had to be ended with it.
  if (stopped) return { outcome: 'interrupted' };
  return endWith(toDockError(error));
}

function unreadEnd({ status }: Status): DockError {
  const said =
    status === undefined ? 'in no form AgentDock knows' : `as “${status}”, which AgentDock does not know`;
  return new DockError('version_mismatch', `Codex told the end of the turn ${said}.`, {
    hint: 'Install the version of Codex that AgentDock is tested with (see `agentdock providers`).',
  });
}

/** What the host cancelled is no failure. */
function endWith(error: DockError): TurnEnd {
  return { outcome: error.code === 'cancelled' ? 'interrupted' : 'failed', error: toToolError(error) };
}
