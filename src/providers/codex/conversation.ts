import { DockError } from '../../contracts/errors.ts';
import { definedOnly } from '../../core/definedOnly.ts';
import type { TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { type SilenceWatch, watchSilence } from '../process/silenceWatch.ts';
import { answerQuestion } from './answerQuestion.ts';
import type { AppServer, SessionListener } from './appServer.ts';
import { asideQuestion } from './asideQuestion.ts';
import { toDockError } from './classifyError.ts';
import type { RequestId } from './connection.ts';
import type { Notification } from './notifications.ts';
import { makeOpenRequests } from './openRequests.ts';
import { isLargePrompt } from './prompt.ts';
import { makeSentMessages } from './sentMessages.ts';
import { TurnEvents } from './turnEvents.ts';
import { TurnOutcome } from './turnOutcome.ts';

interface Options {
  readonly silenceMs: number;
  /** Aborted to stop the turn. */
  readonly stop: AbortController;
}

/** What the server says during one turn, from the moment the session is open until the turn is over. */
export class Conversation {
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #silence: SilenceWatch;
  readonly #outcome: TurnOutcome;
  readonly #events = new TurnEvents();
  readonly #requests = makeOpenRequests();
  readonly #messages = makeSentMessages();
  readonly #working = Promise.withResolvers<void>();
  readonly #completed = Promise.withResolvers<void>();
  readonly #unloaded = Promise.withResolvers<void>();
  /** What came before the host knew of the turn. */
  readonly #held: (() => void)[] = [];
  /** Settle before the turn's end is told: a turn that is over asks nothing. */
  readonly #left: Promise<void>[] = [];
  #turnId: string | undefined;

  constructor(request: TurnRequest, sink: TurnSink, { silenceMs, stop }: Options) {
    this.#request = request;
    this.#sink = sink;
    this.#outcome = new TurnOutcome(stop);
    // Awaited only by those who got that far.
    this.#completed.promise.catch(() => undefined);
    stop.signal.addEventListener('abort', () => this.#requests.withdrawAll(), { once: true });
    this.#silence = watchSilence(silenceMs, () => this.#tellSilence(silenceMs));
  }

  /** Resolves when the provider has begun to work: before, it does not know the turn it is asked to stop. */
  get working(): Promise<void> {
    return this.#working.promise;
  }

  /** Resolves when the provider says that the turn is over; rejects when the server is lost. */
  get completed(): Promise<void> {
    return this.#completed.promise;
  }

  get unloaded(): Promise<void> {
    return this.#unloaded.promise;
  }

  get isOver(): boolean {
    return this.#outcome.isDecided;
  }

  get mayHaveStartedProcesses(): boolean {
    return this.#events.usedTools || !this.#outcome.isCompleted;
  }

  listenerFor(server: AppServer): SessionListener {
    return {
      notification: notification => this.#hear(notification),
      request: (id, method, params) => this.#answer(server, id, method, params),
      unparsed: line => this.#whenBegun(() => this.#sink.event({ type: 'unparsed', line: { text: line } })),
      lost: error => this.#lose(error),
    };
  }

  /** The host knows of the turn: what was held back until then goes out, in order. */
  begin(turnId: string): void {
    this.#turnId = turnId;
    for (const work of this.#held.splice(0)) work();
  }

  /** Ends the turn with this error instead of what the provider says. */
  fail(error: DockError): void {
    this.#outcome.fail(error);
  }

  /**
   * The text is told as `steered` once the message of that id is part of the conversation; then it resolves, and rejects
   * when the turn is over before.
   */
  expectMessage(id: string, text: string): Promise<void> {
    return this.#messages.expect(id, text);
  }

  /** How the turn ended; `error` is what kept it from running to its end. */
  end(error: unknown): TurnEnd {
    this.#silence.stop();
    this.#messages.close();
    for (const event of this.#events.finish()) this.#sink.event(event);
    const [result, usage] = [this.#events.result, this.#events.usage];
    return { ...this.#outcome.end(error), ...definedOnly({ result, usage }) };
  }

  #whenBegun(work: () => void): void {
    if (this.#turnId === undefined) this.#held.push(work);
    else work();
  }

  #hear(notification: Notification): void {
    if (notification.method === 'thread/closed') this.#unloaded.resolve();
    if (this.#outcome.isTold) return;
    this.#silence.heard();
    this.#whenBegun(() => this.#deliver(notification));
  }

  #answer(server: AppServer, id: RequestId, method: string, params: unknown): void {
    const signal = this.#requests.open(id);
    const [request, sink, events] = [this.#request, this.#sink, this.#events];
    this.#whenBegun(() => {
      void answerQuestion({ server, id, method, params, request, sink, events, signal })
        .catch((error: unknown) => this.fail(toDockError(error)))
        .finally(() => this.#requests.close(id));
    });
  }

  #lose(error: DockError): void {
    this.#settle();
    this.#unloaded.resolve();
    this.#completed.reject(error);
  }

  /** Nothing more comes: nobody waits for it, and nobody is asked. */
  #settle(): void {
    this.#silence.stop();
    this.#requests.withdrawAll();
    this.#messages.close();
  }

  #deliver(notification: Notification): void {
    if (this.#isOfEarlierTurn(notification)) return;
    this.#guardLargePrompt(notification);
    this.#tellSteered(notification);
    this.#leaveQuestion(notification);
    for (const event of this.#events.take(notification)) this.#sink.event(event);
    this.#follow(notification);
  }

  /** A resumed session first repeats the token counts of its earlier turn. */
  #isOfEarlierTurn({ method, params }: Notification): boolean {
    return method === 'thread/tokenUsage/updated' && params.turnId !== this.#turnId;
  }

  /** A prompt larger than the model's window would be summed up before the model reads it. */
  #guardLargePrompt({ method, params }: Notification): void {
    const isSummingUp = method === 'item/started' && params.item.type === 'contextCompaction';
    if (!isSummingUp || this.#events.result !== undefined || this.#events.usedTools) return;
    if (!isLargePrompt(this.#request.prompt)) return;
    this.fail(
      new DockError('context_full', 'The prompt is larger than the context window of the model.', {
        hint: 'Use a model with a larger context window, or put the text into a file.',
      }),
    );
  }

  #tellSteered({ method, params }: Notification): void {
    if (method !== 'item/started' || params.item.type !== 'userMessage') return;
    const text = this.#messages.taken(params.item.clientId ?? '');
    if (text !== undefined) this.#sink.event({ type: 'steered', text: { text } });
  }

  #leaveQuestion({ method, params }: Notification): void {
    const question = method === 'item/completed' ? asideQuestion(params.item) : undefined;
    if (question === undefined || this.#sink.leaveQuestion === undefined) return;
    const leaving = this.#sink.leaveQuestion(question);
    this.#left.push(leaving.catch((error: unknown) => this.fail(toDockError(error))));
  }

  #follow({ method, params }: Notification): void {
    switch (method) {
      case 'turn/started':
        this.#working.resolve();
        return;
      case 'serverRequest/resolved':
        this.#requests.withdraw(params.requestId);
        return;
      case 'turn/completed':
        if ((params.turn.id ?? this.#turnId) !== this.#turnId) return;
        this.#outcome.told(params.turn);
        this.#settle();
        void Promise.all(this.#left).then(() => this.#completed.resolve());
    }
  }

  #tellSilence(silenceMs: number): void {
    if (this.#turnId !== undefined && !this.#events.toolsOpen && !this.#requests.any()) {
      const minutes = Math.round(silenceMs / 60_000);
      this.#sink.event({ type: 'notice', text: `Codex has been silent for ${minutes} minutes.` });
    }
    this.#silence.heard();
  }
}
