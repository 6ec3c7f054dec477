import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { DockError, type ErrorCode } from '../../contracts/errors.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { endMarked } from '../process/endTree.ts';
import { acquireWhile, type ServerPool } from '../process/serverPool.ts';
import { within } from '../process/within.ts';
import { tooLate } from '../tooLate.ts';
import type { AppServer } from './appServer.ts';
import { toDockError } from './classifyError.ts';
import { RpcError } from './connection.ts';
import { makeConversation } from './conversation.ts';
import { readAccount, requireCredential } from './credential.ts';
import { sendPrompt, textInput } from './prompt.ts';
import type { Leftovers } from './sandboxLeftovers.ts';
import { closeSession, openSession, type Session } from './session.ts';

interface TurnParts {
  readonly context: DriverContext;
  readonly pool: ServerPool<AppServer>;
  readonly leftovers: Leftovers;
  /** After which silence of the provider the person is told. */
  readonly silenceMs: number;
}

interface LiveTurn {
  readonly server: AppServer;
  readonly sessionId: string;
  readonly id: string;
}

/** A server that does not stop a turn within this time is ended: it would go on working unseen. */
const interruptLimitMs = 10_000;
/** How long a stopped turn waits for a session that is being opened, so that it is closed before the next turn. */
const openGraceMs = 2_000;
const emptySchema = z.looseObject({});
/** A server reads the credential once; the person may mend it now. */
const staleCodes: ReadonlySet<ErrorCode | undefined> = new Set(['credential_missing', 'credential_expired']);

export function startCodexTurn(request: TurnRequest, sink: TurnSink, parts: TurnParts): RunningTurn {
  const stop = new AbortController();
  const live = Promise.withResolvers<LiveTurn | undefined>();
  const conversation = makeConversation(request, sink, { silenceMs: parts.silenceMs, stop });

  const requireGoing = (): void => {
    if (stop.signal.aborted) throw interrupted();
  };

  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(interrupted()), { once: true });
  });
  stopped.catch(() => undefined);
  /** The value, unless the turn is stopped meanwhile. */
  const going = <Value>(step: Promise<Value>): Promise<Value> => Promise.race([stopped, step]);

  const run = async (): Promise<TurnEnd> => {
    const server = await acquireWhile(parts.pool, acquireAnswering(parts.pool, request.workingDir), going);
    let end: TurnEnd | undefined;
    try {
      const error = await workOn(server).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      end = conversation.end(error);
      return end;
    } finally {
      parts.pool.release(staleCodes.has(end?.error?.code));
    }
  };

  const workOn = async (server: AppServer): Promise<void> => {
    requireGoing();
    await sink.processStarted(server.process);
    requireGoing();
    const leave = parts.leftovers.enter(request.workingDir);
    const endStrays = server.descendants.enter();
    try {
      const session = await open(server);
      try {
        await converse(server, session);
      } finally {
        await leaveSession(server, session);
      }
    } finally {
      await endStrays();
      await leave();
    }
  };

  const open = async (server: AppServer): Promise<Session> => {
    const opening = openSession(server, request, parts.context, conversation.listenerFor(server));
    try {
      return await going(opening);
    } catch (error) {
      await giveUp(server, opening);
      throw error;
    }
  };

  /** A session that opens later, once the person's MCP servers have started, is closed then. */
  const giveUp = async (server: AppServer, opening: Promise<Session>): Promise<void> => {
    const closed = opening.then(
      ({ id }) => unload(server, id),
      () => undefined,
    );
    const isSlow = await within(openGraceMs, closed, 'Codex did not open the session.').then(
      () => false,
      () => true,
    );
    if (!isSlow) return;
    if (request.session !== undefined) server.leaveLater(request.session.id, closed);
    // One that answers nothing at all is ended by the connection.
    await readAccount(server.connection, interruptLimitMs).catch(() => undefined);
  };

  const converse = async (server: AppServer, session: Session): Promise<void> => {
    const { id, transcriptPath } = session;
    await sink.sessionBound(transcriptPath === undefined ? { id } : { id, transcriptPath });
    requireGoing();
    await sink.promptSending();
    requireGoing();
    const sending = sendPrompt(server.connection, {
      sessionId: id,
      prompt: request.prompt,
      messageId: request.messageId,
      settings: session.turnSettings,
    });
    stop.signal.addEventListener('abort', () => void interruptTurn(server, id, sending), { once: true });
    const turnId = await sending;
    try {
      await sink.turnStarted(turnId);
    } catch (error) {
      conversation.fail(toDockError(error));
    }
    conversation.begin(turnId);
    live.resolve({ server, sessionId: id, id: turnId });
    await conversation.completed;
  };

  const interruptTurn = async (
    server: AppServer,
    sessionId: string,
    sending: Promise<string>,
  ): Promise<void> => {
    const ending = async (): Promise<void> => {
      const turnId = await sending.catch(() => undefined);
      if (turnId === undefined) return;
      await Promise.race([conversation.working, conversation.completed]);
      await server.connection
        .call('turn/interrupt', { threadId: sessionId, turnId }, emptySchema)
        // It had ended by itself.
        .catch((error: unknown) => {
          if (!(error instanceof RpcError)) throw error;
        });
      await conversation.completed;
    };
    try {
      await within(interruptLimitMs, ending(), 'Codex did not stop the turn.');
    } catch (error) {
      if (!server.isAlive()) return;
      parts.context.log(`codex app-server is ended: ${toDockError(error).message}`);
      await server.kill().catch(() => undefined);
    }
  };

  const leaveSession = async (server: AppServer, { id }: Session): Promise<void> => {
    const isClean = await unload(server, id);
    // A tool's child in a session of its own outlives the tool; only its mark leads to it.
    if (!isClean || conversation.mayHaveStartedProcesses()) await endMarked(request.threadId);
  };

  /** False when the server could not do it. */
  const unload = async (server: AppServer, id: string): Promise<boolean> => {
    let isClean = server.isAlive();
    if (isClean) {
      await closeSession(server, id, conversation.unloaded).catch((error: unknown) => {
        isClean = false;
        parts.context.log(`codex did not close a session: ${toDockError(error).message}`);
      });
    }
    server.unlisten(id);
    return isClean;
  };

  const ended = run()
    .catch((error: unknown) => conversation.end(error))
    .finally(() => live.resolve(undefined));

  return {
    ended,
    steer: async (text, messageId = randomUUID()) => {
      const turn = await live.promise;
      if (turn === undefined || conversation.isOver() || !turn.server.isAlive()) throw tooLate();
      const taken = conversation.expectMessage(messageId, text);
      await steer(turn, messageId, text);
      await taken;
    },
    interrupt: async () => {
      stop.abort();
      await ended;
    },
  };
}

async function steer({ server, sessionId, id }: LiveTurn, messageId: string, text: string): Promise<void> {
  const params = {
    threadId: sessionId,
    expectedTurnId: id,
    clientUserMessageId: messageId,
    input: textInput(text),
  };
  try {
    await server.connection.call('turn/steer', params, emptySchema);
  } catch (error) {
    // What the server refuses it has not taken. A server that is lost may have.
    throw error instanceof RpcError ? notTaken(error) : error;
  }
}

/** A server that was killed a moment ago still looks alive; nothing has been sent yet, so another one may do it. */
async function acquireAnswering(
  pool: ServerPool<AppServer>,
  workingDir: string,
  isRetry = false,
): Promise<AppServer> {
  const server = await pool.acquire();
  try {
    await requireCredential(server.connection, workingDir);
    return server;
  } catch (error) {
    pool.release(staleCodes.has(toDockError(error).code));
    if (isRetry || server.isAlive()) throw error;
    return acquireAnswering(pool, workingDir, true);
  }
}

function interrupted(): DockError {
  return new DockError('cancelled', 'The turn was interrupted.');
}

function notTaken(cause: RpcError): DockError {
  const message = `The turn did not take the message: ${cause.message}`;
  return new DockError('conflict', message, { hint: 'Resume the thread with the message instead.', cause });
}
