import { randomUUID } from 'node:crypto';
import { DockError } from '../../contracts/errors.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { acquireWhile, type ServerPool } from '../process/serverPool.ts';
import { tooLate } from '../tooLate.ts';
import { acquireAnswering } from './acquireAnswering.ts';
import type { AppServer } from './appServer.ts';
import { toDockError } from './classifyError.ts';
import { Conversation } from './conversation.ts';
import { inSession } from './inSession.ts';
import { isStale } from './isStale.ts';
import { sendPrompt } from './prompt.ts';
import type { Leftovers } from './sandboxLeftovers.ts';
import type { Session } from './session.ts';
import { type LiveTurn, steerTurn } from './steerTurn.ts';
import { stopTurn } from './stopTurn.ts';

interface TurnParts {
  readonly context: DriverContext;
  readonly pool: ServerPool<AppServer>;
  readonly leftovers: Leftovers;
  /** After which silence of the provider the person is told. */
  readonly silenceMs: number;
}

/** One turn on the server that all turns share: its way from the server to the session to the prompt, and back. */
export class CodexTurn implements RunningTurn {
  readonly ended: Promise<TurnEnd>;
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #parts: TurnParts;
  readonly #stop = new AbortController();
  readonly #conversation: Conversation;
  /** Rejects when the turn is stopped. */
  readonly #stopped: Promise<never>;
  /** Undefined when the turn is over before Codex has taken it. */
  readonly #live = Promise.withResolvers<LiveTurn | undefined>();

  constructor(request: TurnRequest, sink: TurnSink, parts: TurnParts) {
    this.#request = request;
    this.#sink = sink;
    this.#parts = parts;
    this.#conversation = new Conversation(request, sink, { silenceMs: parts.silenceMs, stop: this.#stop });
    this.#stopped = new Promise<never>((_, reject) => {
      this.#stop.signal.addEventListener('abort', () => reject(interrupted()), { once: true });
    });
    this.#stopped.catch(() => undefined);
    this.ended = this.#run()
      .catch((error: unknown) => this.#conversation.end(error))
      .finally(() => this.#live.resolve(undefined));
  }

  async steer(text: string, messageId: string = randomUUID()): Promise<void> {
    const turn = await this.#live.promise;
    if (turn === undefined || this.#conversation.isOver || !turn.server.isAlive()) throw tooLate();
    const taken = this.#conversation.expectMessage(messageId, text);
    await steerTurn(turn, messageId, text);
    await taken;
  }

  async interrupt(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async #run(): Promise<TurnEnd> {
    const { pool } = this.#parts;
    const acquiring = acquireAnswering(pool, this.#request.workingDir);
    const server = await acquireWhile(pool, acquiring, step => this.#going(step));
    let end: TurnEnd | undefined;
    try {
      const error = await this.#workOn(server).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      end = this.#conversation.end(error);
      return end;
    } finally {
      pool.release(isStale(end?.error?.code));
    }
  }

  async #workOn(server: AppServer): Promise<void> {
    this.#requireGoing();
    await this.#sink.processStarted(server.process);
    this.#requireGoing();
    const leave = this.#parts.leftovers.enter(this.#request.workingDir);
    const endStrays = server.descendants.enter();
    try {
      await this.#talkOn(server);
    } finally {
      await endStrays();
      await leave();
    }
  }

  async #talkOn(server: AppServer): Promise<void> {
    const conversation = this.#conversation;
    const stay = {
      ...{ server, request: this.#request, context: this.#parts.context },
      listener: conversation.listenerFor(server),
      unloaded: conversation.unloaded,
      mayHaveStartedProcesses: () => conversation.mayHaveStartedProcesses,
      going: <Value>(step: Promise<Value>) => this.#going(step),
    };
    await inSession(stay, session => this.#converse(server, session));
  }

  async #converse(server: AppServer, session: Session): Promise<void> {
    const { id, transcriptPath } = session;
    await this.#sink.sessionBound(transcriptPath === undefined ? { id } : { id, transcriptPath });
    this.#requireGoing();
    await this.#sink.promptSending();
    this.#requireGoing();
    const turnId = await this.#sendPrompt(server, session);
    await this.#begin(turnId);
    this.#live.resolve({ server, sessionId: id, id: turnId });
    await this.#conversation.completed;
  }

  /** From here on a stop has to reach the server. */
  #sendPrompt(server: AppServer, { id: sessionId, turnSettings }: Session): Promise<string> {
    const { prompt, messageId } = this.#request;
    const sending = sendPrompt(server.connection, { sessionId, prompt, messageId, settings: turnSettings });
    const sent = { server, sessionId, sending, conversation: this.#conversation };
    const { log } = this.#parts.context;
    this.#stop.signal.addEventListener('abort', () => void stopTurn({ ...sent, log }), { once: true });
    return sending;
  }

  async #begin(turnId: string): Promise<void> {
    try {
      await this.#sink.turnStarted(turnId);
    } catch (error) {
      this.#conversation.fail(toDockError(error));
    }
    this.#conversation.begin(turnId);
  }

  #requireGoing(): void {
    if (this.#stop.signal.aborted) throw interrupted();
  }

  /** The value, unless the turn is stopped meanwhile. */
  #going<Value>(step: Promise<Value>): Promise<Value> {
    return Promise.race([this.#stopped, step]);
  }
}

function interrupted(): DockError {
  return new DockError('cancelled', 'The turn was interrupted.');
}
