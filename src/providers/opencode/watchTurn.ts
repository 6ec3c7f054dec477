import { setTimeout as pause } from 'node:timers/promises';
import type { DockError } from '../../contracts/errors.ts';
import type { TurnRequest, TurnSink } from '../driver.ts';
import { watchSilence } from '../process/silenceWatch.ts';
import { RequestAnswerer } from './answerRequests.ts';
import { asDockError } from './asDockError.ts';
import { makeCatchUp } from './catchUp.ts';
import type { ServerEvent } from './events.ts';
import { isGone } from './isGone.ts';
import { oneAtATime } from './oneAtATime.ts';
import type { OpenSession } from './openSession.ts';
import type { Part, ToolPart } from './parts.ts';
import type { OpencodeServer } from './startServer.ts';
import type { TurnProgress } from './turnProgress.ts';
import { untilAnswered } from './untilAnswered.ts';

export interface WatchOptions {
  readonly server: Pick<OpencodeServer, 'api' | 'routes'>;
  readonly session: Pick<OpenSession, 'id' | 'directory' | 'place'>;
  readonly progress: TurnProgress;
  /** Ids of the messages the turn has sent so far. */
  readonly messageIds: readonly string[];
  readonly request: Pick<TurnRequest, 'permissionMode' | 'workspace'>;
  readonly sink: TurnSink;
  readonly silenceMs: number;
  /** Aborts when the turn is stopped. */
  readonly signal: AbortSignal;
  /** The server has accepted the prompt. */
  readonly isSent: () => boolean;
  /** The work of the turn is done. Called once. */
  readonly onRest: () => void;
  readonly onFailure: (error: DockError) => void;
  /** Somebody else answers for us. */
  readonly onBreach: (error: DockError) => void;
}

/** How long a session that says it is idle is given to write down its answer. */
const settleMs = 10_000;
const lookMs = 100;
/** After which an event is taken as lost, and the server's own record is read instead. */
const recordMs = 500;

/** Follows the session of a turn, and answers its requests, until the returned function is called. */
export function watchTurn(options: WatchOptions): () => void {
  const { server, session, progress, sink } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const answerer = makeAnswerer(options, signal);
  const silence = watchSilence(options.silenceMs, () => {
    if (progress.openTools > 0 || answerer.isWaiting) return;
    const text = 'OpenCode has been silent for a while (stalled?). It is left to go on.';
    sink.event({ type: 'notice', text });
  });
  const lookForRest = makeRest(options, signal);

  const onEvent = (event: ServerEvent, isChild: boolean): void => {
    silence.heard();
    progress.event(event, isChild);
    switch (event.type) {
      case 'permission.asked':
        answerer.permission(event.properties);
        return;
      case 'permission.replied':
        answerer.permissionReplied(event.properties.requestID, event.properties.reply);
        return;
      case 'question.asked':
        answerer.question(event.properties);
        return;
      case 'question.replied':
        answerer.questionReplied(event.properties.requestID, event.properties.answers);
        return;
      case 'question.rejected':
        answerer.questionRejected(event.properties.requestID);
        return;
      case 'message.part.updated':
        if (isEndedCall(event.properties.part)) answerer.callEnded(event.properties.part);
        return;
      case 'session.status':
        if (event.properties.status.type === 'idle' && !isChild) lookForRest();
        return;
      default:
        return;
    }
  };

  const isOurs = async (sessionId: string): Promise<boolean> => {
    const isOfTurn = await belongsTo(options, sessionId, signal);
    if (isOfTurn) server.routes.adopt(sessionId, session.id);
    return isOfTurn;
  };

  const catchUp = makeCatchUp({
    ...{ api: server.api, session, answerer, progress, sink, isOurs, signal },
    onIdle: lookForRest,
    onFailure: options.onFailure,
  });

  const unlisten = server.routes.listen(session.id, {
    event: onEvent,
    unparsed: text => {
      sink.event({ type: 'unparsed', line: { text } });
      // It may have said that the session is idle.
      lookForRest();
    },
    reconnected: catchUp,
  });
  return () => {
    over.abort();
    silence.stop();
    unlisten();
  };
}

function makeAnswerer(
  { server, session, progress, request, sink, onFailure, onBreach }: WatchOptions,
  signal: AbortSignal,
): RequestAnswerer {
  return new RequestAnswerer({
    api: server.api,
    directory: session.directory,
    place: session.place,
    mode: request.permissionMode,
    workspace: request.workspace,
    sink,
    signal,
    inputOf: callId => progress.inputOf(callId),
    onDeclined: callId => progress.declined(callId),
    onFailure,
    onBreach,
  });
}

function isEndedCall(part: Part): part is ToolPart {
  return part.type === 'tool' && part.state.status !== 'pending' && part.state.status !== 'running';
}

/** Whether a session is the turn's or that of one of its sub-agents. */
async function belongsTo(
  { server, session }: WatchOptions,
  sessionId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const parentOf = async (id: string): Promise<string | undefined> =>
    (await untilAnswered(() => server.api.session(session.directory, id), signal)).parentID;
  try {
    for (let id: string | undefined = sessionId; id !== undefined; id = await parentOf(id)) {
      if (id === session.id) return true;
    }
    return false;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/**
 * What to do when the session says it is idle. Its last writes may still be on their way, a message that came late
 * may begin its work, or the word may be about the turn before.
 */
function makeRest(options: WatchOptions, signal: AbortSignal): () => void {
  const { server, session, progress, messageIds, isSent, onRest, onFailure } = options;
  let isOver = false;

  const settle = (): void => {
    if (!isOver && !signal.aborted) onRest();
    isOver = true;
  };

  const isSettled = (): boolean => isOver || progress.isSettled(messageIds);

  // Neither is asked for any more once the events have told the end.
  const isIdle = (): Promise<boolean> =>
    untilAnswered(
      async () => isSettled() || (await server.api.isIdle(session.directory, session.id)),
      signal,
    );

  const catchUp = async (): Promise<void> => {
    const limit = messageIds.length + 20;
    const read = async () =>
      isSettled() ? [] : await server.api.messages(session.directory, session.id, limit);
    progress.catchUp(await untilAnswered(read, signal));
  };

  const wait = async (): Promise<void> => {
    for (let waited = 0; !isSettled() && waited < settleMs; waited += lookMs) {
      await pause(lookMs, undefined, { signal });
      if (!(await isIdle())) return;
      if (waited === recordMs) await catchUp();
    }
    await catchUp();
    settle();
  };

  const look = oneAtATime(() =>
    wait().catch((error: unknown) => {
      if (!signal.aborted) onFailure(asDockError(error));
    }),
  );

  return () => {
    if (progress.isSettled(messageIds)) settle();
    else if (!isOver && (isSent() || progress.isTaken)) look();
  };
}
