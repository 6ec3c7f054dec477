import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import type { TurnRequest, TurnSink } from '../driver.ts';
import { watchSilence } from '../process/silenceWatch.ts';
import { RequestAnswerer } from './answerRequests.ts';
import type { ServerEvent } from './events.ts';
import type { OpenSession } from './openSession.ts';
import type { Part, ToolPart } from './parts.ts';
import type { OpencodeServer } from './startServer.ts';
import type { TurnProgress } from './turnProgress.ts';

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
  const answerer = makeAnswerer(options, AbortSignal.any([options.signal, over.signal]));
  const silence = watchSilence(options.silenceMs, () => {
    if (progress.openTools > 0 || answerer.isWaiting) return;
    const text = 'OpenCode has been silent for a while (stalled?). It is left to go on.';
    sink.event({ type: 'notice', text });
  });
  const rest = makeRest(options);

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
        if (event.properties.status.type === 'idle' && !isChild) rest.look();
        return;
      default:
        return;
    }
  };

  const isOfTurn = async ({ sessionID }: { readonly sessionID: string }): Promise<boolean> => {
    const isOurs = await belongsTo(options, sessionID);
    if (isOurs) server.routes.adopt(sessionID, session.id);
    return isOurs;
  };

  const catchUp = async (): Promise<void> => {
    const { api } = server;
    const permissions = await api.permissions(session.directory);
    const questions = await api.questions(session.directory);
    answerer.stillOpen([...permissions, ...questions].map(({ id }) => id));
    for (const asked of permissions) if (await isOfTurn(asked)) answerer.permission(asked);
    for (const asked of questions) if (await isOfTurn(asked)) answerer.question(asked);
    progress.catchUp(await api.messages(session.directory, session.id, 100));
    if (await api.isIdle(session.directory, session.id)) rest.look();
  };

  const unlisten = server.routes.listen(session.id, {
    event: onEvent,
    unparsed: text => sink.event({ type: 'unparsed', line: { text } }),
    reconnected: () => void catchUp().catch(() => undefined),
  });
  return () => {
    over.abort();
    silence.stop();
    rest.stop();
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
async function belongsTo({ server, session }: WatchOptions, sessionId: string): Promise<boolean> {
  for (let id: string | undefined = sessionId; id !== undefined; ) {
    if (id === session.id) return true;
    id = (await server.api.session(session.directory, id)).parentID;
  }
  return false;
}

/**
 * What to do when the session says it is idle. Its last writes may still be on their way, a message that came late
 * may begin its work, or the word may be about the turn before.
 */
function makeRest(options: WatchOptions) {
  const { server, session, progress, messageIds, isSent, onRest, onFailure } = options;
  let isLooking = false;
  let isOver = false;

  const settle = (): void => {
    if (!isOver) onRest();
    isOver = true;
  };

  const catchUp = async (): Promise<void> =>
    progress.catchUp(await server.api.messages(session.directory, session.id, messageIds.length + 20));

  const wait = async (): Promise<void> => {
    const isSettled = () => isOver || progress.isSettled(messageIds);
    for (let waited = 0; !isSettled() && waited < settleMs; waited += lookMs) {
      await pause(lookMs);
      if (!(await server.api.isIdle(session.directory, session.id))) return;
      if (waited === recordMs) await catchUp();
    }
    if (isOver) return;
    await catchUp();
    settle();
  };

  return {
    look: (): void => {
      if (progress.isSettled(messageIds)) {
        settle();
        return;
      }
      if (isLooking || isOver || !(isSent() || progress.isTaken)) return;
      isLooking = true;
      const done = (): void => {
        isLooking = false;
      };
      wait().then(done, (error: unknown) => {
        done();
        if (error instanceof DockError && error.code === 'version_mismatch') onFailure(error);
      });
    },
    stop: (): void => {
      isOver = true;
    },
  };
}
