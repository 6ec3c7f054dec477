import * as z from 'zod';
import type { DockError } from '../../contracts/errors.ts';
import type { TurnSink } from '../driver.ts';
import type { RequestAnswerer } from './answerRequests.ts';
import type { OpencodeApi } from './api.ts';
import { asDockError } from './asDockError.ts';
import { readEvent } from './events.ts';
import { isGone } from './isGone.ts';
import { oneAtATime } from './oneAtATime.ts';
import type { RequestKind } from './ownReplies.ts';
import type { TurnProgress } from './turnProgress.ts';
import { untilAnswered } from './untilAnswered.ts';

export interface CatchUpOptions {
  readonly api: Pick<OpencodeApi, 'permissions' | 'questions' | 'messages' | 'isIdle'>;
  readonly session: { readonly id: string; readonly directory: string };
  readonly answerer: Pick<RequestAnswerer, 'permission' | 'question' | 'waiting' | 'gone'>;
  readonly progress: Pick<TurnProgress, 'catchUp'>;
  /** Whether what this session asks for is to be answered here. */
  readonly isOurs: (sessionId: string) => Promise<boolean>;
  readonly sink: Pick<TurnSink, 'event'>;
  readonly onIdle: () => void;
  /** Something can never be known. */
  readonly onFailure: (error: DockError) => void;
  /** Ends the looking. */
  readonly signal: AbortSignal;
}

const messageLimit = 100;

/**
 * Looks, when called after a gap in the events, for what they would have told. Each thing is looked for by itself, until
 * it is known.
 */
export function makeCatchUp(options: CatchUpOptions): () => void {
  const { signal, onFailure } = options;
  const alone = (look: Promise<void>): Promise<void> =>
    look.catch((error: unknown) => {
      if (!signal.aborted) onFailure(asDockError(error));
    });
  const looks = [
    () => alone(lookForRequests(options, 'permission', alone)),
    () => alone(lookForRequests(options, 'question', alone)),
    () => lookAtWork(options, alone),
  ].map(oneAtATime);
  return () => {
    for (const look of looks) look();
  };
}

type Alone = (look: Promise<void>) => Promise<void>;

async function lookForRequests(options: CatchUpOptions, kind: RequestKind, alone: Alone): Promise<void> {
  const { api, session, answerer, signal } = options;
  const [waiting, open] = await untilAnswered(async () => {
    const before = answerer.waiting(kind);
    const list = kind === 'permission' ? api.permissions : api.questions;
    return [before, await list(session.directory)] as const;
  }, signal);
  const ids = new Set(open.map(idOf));
  answerer.gone(waiting.filter(id => !ids.has(id)));
  await Promise.all(open.map(request => alone(take(options, kind, request))));
}

const namedSchema = z.looseObject({ id: z.string() });

function idOf(request: unknown): string | undefined {
  return namedSchema.safeParse(request).data?.id;
}

/** One that is open, as if it were asked now. */
async function take(
  { answerer, isOurs, sink }: CatchUpOptions,
  kind: RequestKind,
  request: unknown,
): Promise<void> {
  const read = readEvent({ payload: { type: `${kind}.asked`, properties: request } });
  if (read.kind !== 'event' && read.kind !== 'unparsed') return;
  if (read.sessionId !== undefined && !(await isOurs(read.sessionId))) return;
  if (read.kind === 'unparsed') sink.event({ type: 'unparsed', line: { text: read.text } });
  else if (read.event.type === 'permission.asked') answerer.permission(read.event.properties);
  else if (read.event.type === 'question.asked') answerer.question(read.event.properties);
}

/** The record comes first, unless it cannot be read yet: who rests has said all. */
async function lookAtWork(
  { api, session, progress, sink, onIdle, signal }: CatchUpOptions,
  alone: Alone,
): Promise<void> {
  const { directory, id } = session;
  const tried = Promise.withResolvers<void>();
  const record = async (): Promise<void> => {
    const read = () => api.messages(directory, id, messageLimit).finally(tried.resolve);
    try {
      progress.catchUp(await untilAnswered(read, signal));
    } catch (error) {
      // The work goes on without it: some of what was said in the gap stays unknown.
      if (!signal.aborted && !isGone(error)) sink.event({ type: 'notice', text: asDockError(error).message });
    }
  };
  const rest = async (): Promise<void> => {
    await tried.promise;
    if (await untilAnswered(() => api.isIdle(directory, id), signal)) onIdle();
  };
  await Promise.all([record(), alone(rest())]);
}
