import * as z from 'zod';
import type { PermissionAnswer, PermissionRequest, TurnRequest, TurnSink } from '../driver.ts';
import { readQuestion, refusalMessage } from './approvals.ts';
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
  readonly events: TurnEvents;
}

const placeSchema = z.looseObject({ threadId: z.string(), turnId: z.string() });

const readOnlyReason =
  'This thread is read-only. Go on without it, and say in your answer what you could not do.';
const nobodyReason =
  'Nobody can answer questions during this turn. Decide by yourself, or end the turn with the question as your answer.';

/** Answers one question of the server; rejects with what the host rejects, after refusing. */
export async function answerQuestion(question: Question): Promise<void> {
  const { server, id, method, sink } = question;
  const asked = readQuestion(method, question.params, question.events.pathsOf);
  if (asked.kind === 'unknown') {
    server.connection.refuse(id, 'AgentDock does not know this request.');
    return;
  }
  if (asked.kind === 'question') {
    sink.event({ type: 'notice', text: 'Codex asked a question, which nobody can answer during the turn.' });
    server.connection.respond(id, asked.answer(nobodyReason));
    return;
  }
  try {
    const answer = await decide(question, asked.request);
    server.connection.respond(id, asked.answer(answer.allow));
    if (!answer.allow) await explain(question, refusalMessage(asked.request, answer));
  } catch (error) {
    server.connection.respond(id, asked.answer(false));
    throw error;
  }
}

async function decide({ request, sink }: Question, asked: PermissionRequest): Promise<PermissionAnswer> {
  switch (request.permissionMode) {
    case 'full':
      return { allow: true };
    case 'read_only':
      sink.event({ type: 'notice', text: `Refused, since the thread is read-only: ${asked.detail}` });
      return { allow: false, reason: readOnlyReason };
    default:
      return sink.permission(asked, new AbortController().signal);
  }
}

/**
 * A refusal reaches the model without its reason, so the reason follows as a message to the running turn. Sent behind
 * the refusal, in the same breath: it then stands behind the tool's result in the next request to the model. (Before
 * it, a model that runs its tools from a script would get the message in place of the result.)
 */
async function explain({ server, params, sink }: Question, text: string): Promise<void> {
  const place = placeSchema.safeParse(params);
  if (!place.success) return;
  const { threadId, turnId } = place.data;
  try {
    await server.connection.call(
      'turn/steer',
      { threadId, expectedTurnId: turnId, input: textInput(text) },
      z.looseObject({}),
    );
  } catch {
    sink.event({ type: 'notice', text: 'The reason of the refusal did not reach the model.' });
  }
}
