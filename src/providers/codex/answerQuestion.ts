import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { PermissionMode } from '../../contracts/thread.ts';
import type { PermissionAnswer, PermissionRequest, TurnRequest, TurnSink } from '../driver.ts';
import { readQuestion, refusalMessage, type ServerQuestion } from './approvals.ts';
import type { AppServer } from './appServer.ts';
import type { RequestId } from './connection.ts';
import { textInput } from './prompt.ts';
import type { TurnEvents } from './turnEvents.ts';

interface Question {
  readonly server: AppServer;
  readonly id: RequestId;
  readonly method: string;
  readonly params: unknown;
  readonly request: TurnRequest;
  readonly sink: TurnSink;
  readonly events: Pick<TurnEvents, 'changeOf'>;
  /** Nobody needs the answer any more: the server took the question back, or the turn is being stopped or over. */
  readonly signal: AbortSignal;
  /** The person is asked elsewhere as well: what AgentDock cannot ask is left to that. */
  readonly isAskedElsewhere?: boolean;
  /** A refusal does not wait until the server has taken its reason. */
  readonly refusesAtOnce?: boolean;
}

const placeSchema = z.looseObject({
  threadId: z.string(),
  turnId: z.string(),
  itemId: z.string().optional(),
});
type Place = z.infer<typeof placeSchema>;

/** How Codex names what a script calls; what a model calls itself has the id that the model gave. */
const scriptedItem = 'exec-';

const readOnlyReason =
  'This thread is read-only. Go on without it, and say in your answer what you could not do.';

/** How the id of a message begins that tells the model why something was refused. */
const reasonMark = 'agentdock-reason-';

/** Of a message that is AgentDock's own remark: nobody's word, and none of the messages that are waited for. */
export function isReasonId(messageId: string): boolean {
  return messageId.startsWith(reasonMark);
}

/** Whether the mode alone decides what the server asks so, and against it: all but a question of the model's. */
export function isRefusedBy(mode: PermissionMode, method: string): boolean {
  return mode === 'read_only' && method !== 'item/tool/requestUserInput';
}

/** Answers one question of the server; rejects with what the host rejects, after refusing. */
export async function answerQuestion(question: Question): Promise<void> {
  const { server, id, method, request, sink, events, signal } = question;
  const { workspace, workingDir } = request;
  const asked = await readQuestion(method, question.params, {
    workspace,
    workingDir,
    changeOf: itemId => events.changeOf(itemId),
  });
  if (signal.aborted) return;
  if (question.isAskedElsewhere && (asked.kind === 'unknown' || asked.kind === 'refused')) return;
  switch (asked.kind) {
    case 'unknown':
      server.connection.refuse(id, 'AgentDock does not know this request.');
      return;
    case 'refused':
      sink.event({ type: 'notice', text: asked.notice });
      server.connection.respond(id, asked.answer);
      return;
    case 'question':
      return askPerson(question, asked);
    case 'permission':
      return askPermission(question, asked);
  }
}

type Asked<Kind> = Extract<ServerQuestion, { readonly kind: Kind }>;

async function askPerson({ server, id, sink, signal }: Question, asked: Asked<'question'>): Promise<void> {
  try {
    const { answers } = await sink.question(asked.request, signal);
    if (!signal.aborted) server.connection.respond(id, asked.answer(answers));
  } catch (error) {
    if (signal.aborted) return;
    server.connection.refuse(id, 'Nobody could be asked.');
    throw error;
  }
}

async function askPermission(question: Question, asked: Asked<'permission'>): Promise<void> {
  const { server, id, signal } = question;
  let answer: PermissionAnswer;
  try {
    answer = await decide(question, asked.request);
  } catch (error) {
    if (signal.aborted) return;
    server.connection.respond(id, asked.answer(false));
    throw error;
  }
  // An answer that comes with the end of the turn must not start anything any more.
  if (signal.aborted) return;
  if (answer.allow) server.connection.respond(id, asked.answer(true));
  else await refuse(question, asked, refusalMessage(asked.request, answer));
}

/**
 * A refusal reaches the model without its reason, so the reason goes as a message to the running turn. Taken before the
 * refusal, it stands behind the tool's result in the next request to the model. But a model that runs its tools from a
 * script would get it in place of the result: there it follows in the same breath, and seldom comes one request later.
 */
async function refuse(question: Question, asked: Asked<'permission'>, reason: string): Promise<void> {
  const { server, id, params, signal, refusesAtOnce = false } = question;
  const respond = (): void => server.connection.respond(id, asked.answer(false));
  const place = placeSchema.safeParse(params).data;
  if (place === undefined) {
    respond();
    return;
  }
  if (refusesAtOnce || place.itemId?.startsWith(scriptedItem)) {
    respond();
    await explain(question, place, reason);
    return;
  }
  await explain(question, place, reason);
  if (!signal.aborted) respond();
}

async function decide(
  { request, sink, signal }: Question,
  asked: PermissionRequest,
): Promise<PermissionAnswer> {
  switch (request.permissionMode) {
    case 'full':
      return { allow: true };
    case 'read_only':
      sink.event({ type: 'notice', text: `Refused, since the thread is read-only: ${asked.detail}` });
      return { allow: false, reason: readOnlyReason };
    default:
      return sink.permission(asked, signal);
  }
}

async function explain({ server, sink }: Question, { threadId, turnId }: Place, text: string): Promise<void> {
  try {
    await server.connection.call(
      'turn/steer',
      {
        ...{ threadId, expectedTurnId: turnId, input: textInput(text) },
        clientUserMessageId: `${reasonMark}${randomUUID()}`,
      },
      z.looseObject({}),
    );
  } catch {
    sink.event({ type: 'notice', text: 'The reason of the refusal did not reach the model.' });
  }
}
