import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DockError, type ErrorCode, toToolError } from '../../contracts/errors.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { endMarked } from '../process/endTree.ts';
import { RequestAnswerer } from './answerRequests.ts';
import type { ServerEvent } from './events.ts';
import { messageIdFor } from './messageId.ts';
import { type OpenSession, openSession } from './openSession.ts';
import type { ServerPool } from './serverPool.ts';
import { watchSilence } from './silenceWatch.ts';
import type { OpencodeServer } from './startServer.ts';
import { stopSession } from './stopSession.ts';
import { TurnProgress } from './turnProgress.ts';

export interface TurnParts {
  readonly context: DriverContext;
  readonly pool: ServerPool<OpencodeServer>;
  /** After which silence of the provider the person is told. */
  readonly silenceMs: number;
}

/** How long a session that says it is idle is given to write down its answer. */
const settleMs = 10_000;
const lookMs = 100;

const staleCodes: ReadonlySet<ErrorCode | undefined> = new Set([
  'credential_missing',
  'credential_expired',
  'model_not_found',
]);

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
  let stopReason: DockError | undefined;
  let isSent = false;
  let isOver = false;

  const stopWith = (error: DockError): void => {
    stopReason ??= error;
    stop.resolve(error);
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

  /** A turn stopped during the start of the server does not wait for it. */
  const acquire = async (): Promise<OpencodeServer> => {
    const acquiring = parts.pool.acquire();
    try {
      return await going(acquiring);
    } catch (error) {
      void acquiring.then(
        () => parts.pool.release(),
        () => undefined,
      );
      throw error;
    }
  };

  const run = async (): Promise<TurnEnd> => {
    const server = await acquire();
    let end: TurnEnd | undefined;
    try {
      void server.gone.then(stopWith);
      await going(sink.processStarted(server.process));
      const session = await going(openSession(server.api, request));
      await server.plugin.bind(session.id, request.threadId);
      end = await converse(server, session);
    } catch (error) {
      end = endWith(error);
    } finally {
      // Keys and providers are read once; the person may mend them now.
      parts.pool.release(staleCodes.has(end?.error?.code));
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
    const stopListening = listen(live);
    let mayHaveSent = false;
    try {
      await going(sink.sessionBound({ id: session.id }));
      warnOfPlugins(session);
      await going(sink.promptSending());
      mayHaveSent = true;
      await going(send(live, promptId, request.prompt));
      isSent = true;
      await going(sink.turnStarted(promptId));
      sent.resolve(live);
      await going(settled.promise);
      return progress.end();
    } catch (error) {
      if (mayHaveSent && server.isAlive()) await stopAll(live);
      return endWith(error, progress);
    } finally {
      isOver = true;
      stopListening();
      progress.closeTools();
      // A command's child in a session of its own outlives the command; only its mark leads to it.
      await endMarked(request.threadId);
    }
  };

  const listen = (live: Live): (() => void) => {
    const { server, session, progress } = live;
    const answerer = new RequestAnswerer({
      api: server.api,
      directory: session.directory,
      place: session.place,
      mode: request.permissionMode,
      workspace: request.workspace,
      sink,
      onDeclined: callId => progress.declined(callId),
      onFailure: stopWith,
    });
    const silence = watchSilence(parts.silenceMs, () => {
      if (progress.openTools > 0) return;
      sink.event({
        type: 'notice',
        text: 'OpenCode has been silent for a while (stalled?). It is left to go on.',
      });
    });
    const onEvent = (event: ServerEvent, isChild: boolean): void => {
      silence.heard();
      progress.event(event, isChild);
      if (event.type === 'permission.asked') answerer.permission(event.properties);
      if (event.type === 'permission.replied')
        answerer.replied(event.properties.requestID, event.properties.reply);
      if (event.type === 'question.asked') answerer.question(event.properties);
      if (event.type === 'session.status' && event.properties.status.type === 'idle' && !isChild) rest(live);
    };
    const catchUp = async (): Promise<void> => {
      const { api } = server;
      for (const asked of await api.permissions(session.directory)) {
        if (asked.sessionID === session.id) answerer.permission(asked);
      }
      progress.catchUp(await api.messages(session.directory, session.id, 100));
      if (await api.isIdle(session.directory, session.id)) rest(live);
    };
    const unlisten = server.routes.listen(session.id, {
      event: onEvent,
      unparsed: text => sink.event({ type: 'unparsed', line: { text } }),
      reconnected: () => void catchUp().catch(() => undefined),
    });
    return () => {
      silence.stop();
      unlisten();
    };
  };

  const settle = (): void => {
    // A message sent from here on would begin work nobody listens to.
    isOver = true;
    settled.resolve();
  };

  let isResting = false;
  /** The session is idle. Its last writes may still be on their way, or a message that came late begins its work. */
  const rest = (live: Live): void => {
    const { server, session, progress, messageIds } = live;
    if (progress.isSettled(messageIds)) {
      settle();
      return;
    }
    // Of the turn before, or of an event that did not parse: then the server's own record tells.
    if (isResting || !(isSent || progress.isTaken)) return;
    isResting = true;
    const look = async (): Promise<void> => {
      for (
        let waited = 0;
        !isOver && !progress.isSettled(messageIds) && waited < settleMs;
        waited += lookMs
      ) {
        await pause(lookMs);
        if (!(await server.api.isIdle(session.directory, session.id))) return;
      }
      progress.catchUp(await server.api.messages(session.directory, session.id, messageIds.length + 20));
      settle();
    };
    void look()
      .catch((error: unknown) => {
        if (error instanceof DockError && error.code === 'version_mismatch') stopWith(error);
      })
      .finally(() => {
        isResting = false;
      });
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

  const warnOfPlugins = ({ plugins }: OpenSession): void => {
    if (plugins.length === 0) return;
    const text = `OpenCode runs the plugins of this repository by itself, and AgentDock cannot stop it: ${plugins.join(', ')}`;
    sink.event({ type: 'notice', text });
  };

  const ended = run()
    .catch((error: unknown) => endWith(error))
    .then(end => {
      isOver = true;
      sent.resolve(undefined);
      return end;
    });

  return {
    ended,
    steer: async text => {
      const live = await sent.promise;
      if (live === undefined || isOver || stopReason !== undefined) throw tooLate();
      const messageId = messageIdFor(randomUUID());
      live.messageIds.push(messageId);
      try {
        await send(live, messageId, text);
      } catch (error) {
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

function tooLate(cause?: unknown): DockError {
  return new DockError('conflict', 'The turn does not take messages any more.', {
    hint: 'Resume the thread with the message instead.',
    cause,
  });
}
