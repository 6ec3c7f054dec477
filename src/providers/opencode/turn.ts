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

export function startOpencodeTurn(request: TurnRequest, sink: TurnSink, parts: TurnParts): RunningTurn {
  /** Why the turn is to end before it ends by itself; the first reason counts. */
  const stop = Promise.withResolvers<DockError>();
  const settled = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<Live | undefined>();
  /** Ends what the turn waits for: nobody needs the answers of one that is being stopped. */
  const stopping = new AbortController();
  let stopReason: DockError | undefined;
  let isSent = false;
  let isOver = false;

  const stopWith = (error: DockError): void => {
    stopReason ??= error;
    stop.resolve(error);
    stopping.abort();
  };

  /** The value, unless the turn is stopped meanwhile. */
  const going = async <Value>(step: Promise<Value>): Promise<Value> => {
    step.catch(() => undefined);
    return Promise.race([
      step,
      stop.promise.then(error => {
        throw error;
      }),
    ]);
  };

  const run = async (): Promise<TurnEnd> => {
    const server = await acquireWhile(parts.pool, parts.pool.acquire(), going);
    const unlisten = server.onGone(stopWith);
    let end: TurnEnd | undefined;
    try {
      await going(sink.processStarted(server.process));
      const session = await going(openSession(server.api, request));
      await server.plugin.bind(session.id, request.threadId);
      end = await converse(server, session);
    } catch (error) {
      end = endWith(error);
    } finally {
      unlisten();
      parts.pool.release(isStale(end?.error?.code));
    }
    return end;
  };

  const converse = async (server: OpencodeServer, session: OpenSession): Promise<TurnEnd> => {
    const promptId = messageIdFor(request.messageId);
    const progress = new TurnProgress({
      workspace: request.workspace,
      promptId,
      emit: event => sink.event(event),
      onHopeless: stopWith,
    });
    const live = { server, session, progress, messageIds: [promptId] };
    const endStrays = server.descendants.enter();
    const stopWatching = watchTurn({
      ...live,
      request,
      sink,
      silenceMs: parts.silenceMs,
      signal: stopping.signal,
      isSent: () => isSent,
      onRest: () => {
        // A message sent from here on would begin work nobody listens to.
        isOver = true;
        settled.resolve();
      },
      onFailure: stopWith,
      onBreach: error => {
        isBreached = true;
        stopWith(error);
      },
    });
    const toolLoad = { api: server.api, directory: session.directory, threadId: request.threadId };
    let mayHaveSent = false;
    let isBreached = false;
    try {
      await going(sink.sessionBound({ id: session.id }));
      warnOfPlugins(session.plugins, sink);
      if (request.tools !== undefined) await going(loadTools(toolLoad, request.tools));
      await going(sink.promptSending());
      mayHaveSent = true;
      await going(send(live, promptId, request.prompt));
      isSent = true;
      await going(sink.turnStarted(promptId));
      sent.resolve(live);
      await going(settled.promise);
      return progress.end();
    } catch (error) {
      // Its password is known, and what was allowed there "always" would hold for every later turn.
      if (isBreached) await server.close();
      else if (mayHaveSent && server.isAlive()) await stopAll(live);
      return endWith(error, progress);
    } finally {
      isOver = true;
      stopWatching();
      progress.closeTools();
      if (request.tools !== undefined && server.isAlive()) await forgetTools(toolLoad);
      // A command's child in a session of its own outlives the command; only its mark leads to it.
      await endMarked(request.threadId);
      await endStrays();
    }
  };

  const send = async ({ server, session }: Live, messageId: string, text: string): Promise<void> => {
    const { id, directory, system, model } = session;
    await server.api.prompt({ sessionId: id, directory, messageId, text, system, model });
  };

  const stopAll = async ({ server, session, progress, messageIds }: Live): Promise<void> => {
    const { api } = server;
    const { directory, id: sessionId } = session;
    try {
      await stopSession({ api, directory, sessionId, messageIds, progress });
    } catch (error) {
      if (!server.isAlive()) return;
      // It would go on working unseen.
      parts.context.log(`opencode’s server is ended: ${toToolError(error).message}`);
      await server.close();
    }
  };

  const forgetTools = (load: ToolLoad): Promise<void> =>
    unloadTools(load).catch((error: unknown) =>
      parts.context.log(`opencode keeps a thread’s tools: ${toToolError(error).message}`),
    );

  const ended = run()
    .catch((error: unknown) => endWith(error))
    .then(end => {
      isOver = true;
      sent.resolve(undefined);
      return end;
    });

  return {
    ended,
    steer: async (text, id = randomUUID()) => {
      const live = await sent.promise;
      if (live === undefined || isOver || stopReason !== undefined) throw tooLate();
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
      sink.event({ type: 'steered', text: { text } });
    },
    interrupt: async () => {
      stopWith(new DockError('cancelled', 'The turn was interrupted.'));
      await ended;
    },
  };
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
