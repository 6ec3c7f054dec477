import { randomUUID } from 'node:crypto';
import { DockError, toToolError } from '../../contracts/errors.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { endMarked } from '../process/endTree.ts';
import { acquireWhile, type ServerPool } from '../process/serverPool.ts';
import { tooLate } from '../tooLate.ts';
import { isRefusal } from './isRefusal.ts';
import { isStale } from './isStale.ts';
import { messageIdFor } from './messageId.ts';
import { type OpenSession, openSession } from './openSession.ts';
import type { OpencodeServer } from './startServer.ts';
import { stopSession } from './stopSession.ts';
import { loadTools, type ToolLoad, unloadTools } from './toolServer.ts';
import { TurnProgress } from './turnProgress.ts';
import { warnOfPlugins } from './warnOfPlugins.ts';
import { watchTurn } from './watchTurn.ts';

export interface TurnParts {
  readonly context: DriverContext;
  readonly pool: ServerPool<OpencodeServer>;
  /** After which silence of the provider the person is told. */
  readonly silenceMs: number;
}

interface Live {
  readonly server: OpencodeServer;
  readonly session: OpenSession;
  readonly progress: TurnProgress;
  readonly messageIds: string[];
}

/** One turn on the server that all turns share: its way from the server to the session to the prompt, and back. */
export class OpencodeTurn implements RunningTurn {
  readonly ended: Promise<TurnEnd>;
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #parts: TurnParts;
  /** Ends what the turn waits for: nobody needs the answers of one that is being stopped. */
  readonly #stop = new AbortController();
  /** Rejects with why the turn is to end before it ends by itself. */
  readonly #stopped = Promise.withResolvers<never>();
  readonly #rested = Promise.withResolvers<void>();
  /** Undefined when the turn is over before OpenCode has taken it. */
  readonly #live = Promise.withResolvers<Live | undefined>();
  #mayHaveSent = false;
  #isSent = false;
  /** A message sent from here on would begin work nobody listens to. */
  #isOver = false;
  #isBreached = false;

  constructor(request: TurnRequest, sink: TurnSink, parts: TurnParts) {
    this.#request = request;
    this.#sink = sink;
    this.#parts = parts;
    this.#stopped.promise.catch(() => undefined);
    this.ended = this.#run()
      .catch((error: unknown) => endWith(error))
      .finally(() => {
        this.#isOver = true;
        this.#live.resolve(undefined);
      });
  }

  async steer(text: string, id: string = randomUUID()): Promise<void> {
    const live = await this.#live.promise;
    if (live === undefined || this.#isOver || this.#stop.signal.aborted) throw tooLate();
    const messageId = messageIdFor(id);
    live.messageIds.push(messageId);
    try {
      await send(live, messageId, text);
    } catch (error) {
      // Where the server did not answer, it may have taken the message all the same.
      if (!isRefusal(error)) throw error;
      live.messageIds.splice(live.messageIds.indexOf(messageId), 1);
      throw tooLate(error);
    }
    this.#sink.event({ type: 'steered', text: { text } });
  }

  async interrupt(): Promise<void> {
    this.#stopWith(new DockError('cancelled', 'The turn was interrupted.'));
    await this.ended;
  }

  async #run(): Promise<TurnEnd> {
    const { pool } = this.#parts;
    const server = await acquireWhile(pool, pool.acquire(), step => this.#going(step));
    const unlisten = server.onGone(error => this.#stopWith(error));
    let end: TurnEnd | undefined;
    try {
      end = await this.#workOn(server).catch((error: unknown) => endWith(error));
      return end;
    } finally {
      unlisten();
      pool.release(isStale(end?.error?.code));
    }
  }

  async #workOn(server: OpencodeServer): Promise<TurnEnd> {
    await this.#going(this.#sink.processStarted(server.process));
    const session = await this.#going(openSession(server.api, this.#request));
    await server.plugin.bind(session.id, this.#request.threadId);
    const endStrays = server.descendants.enter();
    try {
      return await this.#converse(server, session);
    } finally {
      // A command's child in a session of its own outlives the command; only its mark leads to it.
      await endMarked(this.#request.threadId);
      await endStrays();
    }
  }

  async #converse(server: OpencodeServer, session: OpenSession): Promise<TurnEnd> {
    const promptId = messageIdFor(this.#request.messageId);
    const progress = new TurnProgress({
      workspace: this.#request.workspace,
      promptId,
      emit: event => this.#sink.event(event),
      onHopeless: error => this.#stopWith(error),
    });
    const live: Live = { server, session, progress, messageIds: [promptId] };
    const stopWatching = this.#watch(live);
    try {
      await this.#talk(live, promptId);
      return progress.end();
    } catch (error) {
      await this.#stopWork(live);
      return endWith(error, progress);
    } finally {
      this.#isOver = true;
      stopWatching();
      progress.closeTools();
      await this.#forgetTools(live);
    }
  }

  async #talk(live: Live, promptId: string): Promise<void> {
    const { session } = live;
    const { tools, prompt } = this.#request;
    await this.#going(this.#sink.sessionBound({ id: session.id }));
    warnOfPlugins(session.plugins, this.#sink);
    if (tools !== undefined) await this.#going(loadTools(this.#toolLoad(live), tools));
    await this.#going(this.#sink.promptSending());
    this.#mayHaveSent = true;
    await this.#going(send(live, promptId, prompt));
    this.#isSent = true;
    await this.#going(this.#sink.turnStarted(promptId));
    this.#live.resolve(live);
    await this.#going(this.#rested.promise);
  }

  #watch(live: Live): () => void {
    return watchTurn({
      ...live,
      request: this.#request,
      sink: this.#sink,
      silenceMs: this.#parts.silenceMs,
      signal: this.#stop.signal,
      isSent: () => this.#isSent,
      onRest: () => {
        this.#isOver = true;
        this.#rested.resolve();
      },
      onFailure: error => this.#stopWith(error),
      onBreach: error => {
        this.#isBreached = true;
        this.#stopWith(error);
      },
    });
  }

  async #stopWork({ server, session, progress, messageIds }: Live): Promise<void> {
    // Its password is known, and what was allowed there "always" would hold for every later turn.
    if (this.#isBreached) return await server.close();
    if (!this.#mayHaveSent || !server.isAlive()) return;
    const { directory, id: sessionId } = session;
    try {
      await stopSession({ api: server.api, directory, sessionId, messageIds, progress });
    } catch (error) {
      if (!server.isAlive()) return;
      // It would go on working unseen.
      this.#parts.context.log(`opencode’s server is ended: ${toToolError(error).message}`);
      await server.close();
    }
  }

  async #forgetTools(live: Live): Promise<void> {
    if (this.#request.tools === undefined || !live.server.isAlive()) return;
    await unloadTools(this.#toolLoad(live)).catch((error: unknown) =>
      this.#parts.context.log(`opencode keeps a thread’s tools: ${toToolError(error).message}`),
    );
  }

  #toolLoad({ server, session }: Live): ToolLoad {
    return { api: server.api, directory: session.directory, threadId: this.#request.threadId };
  }

  /** The first reason counts. */
  #stopWith(error: DockError): void {
    this.#stopped.reject(error);
    this.#stop.abort();
  }

  /** The value, unless the turn is stopped meanwhile. */
  #going<Value>(step: Promise<Value>): Promise<Value> {
    return Promise.race([step, this.#stopped.promise]);
  }
}

async function send({ server, session }: Live, messageId: string, text: string): Promise<void> {
  const { id, directory, system, model } = session;
  await server.api.prompt({ sessionId: id, directory, messageId, text, system, model });
}

/** A cancel is no failure; what was used until then is kept. */
function endWith(error: unknown, progress?: TurnProgress): TurnEnd {
  const toolError = toToolError(error);
  const usage = progress?.usage();
  return {
    outcome: toolError.code === 'cancelled' ? 'interrupted' : 'failed',
    error: toolError,
    ...(usage === undefined ? {} : { usage }),
  };
}
