import type { AgentRequest } from '../contracts/agentRequest.ts';
import { DockError } from '../contracts/errors.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { hasDueWords } from '../core/delivery.ts';
import { makeMessageId } from '../core/naming.ts';
import type { ThreadChange } from '../store/journal.ts';
import { parentOf, reachableThread, requireMode, requireNotCancelled, requirePerson } from './access.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

type Input = ToolInput<'answer_thread'>;
type Answered = Extract<StateChange, { type: 'request.answered' }>;

/**
 * Answers a question or a permission request, once: whoever comes second gets a `conflict`. A permission is the
 * person's to give; a question anybody's who may act on the thread.
 */
export async function answerThread(input: Input, context: ToolContext): Promise<ToolOutput<'answer_thread'>> {
  return context.inTurn(requestKey(input.request_id), async () => {
    const thread = reachableThread(context, input.thread_id);
    const request = openRequest(thread, input);
    if (parentOf(context)?.id === thread.id) {
      throw new DockError('permission_denied', 'A thread cannot answer its own request.');
    }
    // An answer lets the thread go on in its mode.
    if (context.caller.kind === 'agent') requireMode(context, thread.permission_mode);
    const answered = await answerOf(input, request, context);
    requireNotCancelled(context);
    await context.store.commit([
      { thread: thread.id, change: answered },
      ...answerMessage(thread, request, answered, context),
    ]);
    context.pump();
    const after = context.store.get(thread.id) ?? thread;
    return {
      thread_id: thread.id,
      request_id: request.id,
      // The turn that the answer starts comes a moment later.
      state: hasDueWords(after) ? 'queued' : after.state,
      fleet: fleet(context),
    };
  });
}

/** Answering and withdrawing of one request come one after the other. */
export function requestKey(id: string): string {
  return `request:${id}`;
}

function openRequest(thread: Thread, { request_id: id }: Input): AgentRequest {
  const request = thread.requests.find(one => one.id === id);
  if (request !== undefined) return request;
  throw new DockError('conflict', `Thread ${thread.id} does not wait for an answer to ${id} (any more).`, {
    hint: 'get_thread shows what it waits for now.',
  });
}

async function answerOf(input: Input, request: AgentRequest, context: ToolContext): Promise<Answered> {
  const common = {
    type: 'request.answered' as const,
    request_id: request.id,
    by: context.caller.kind,
    ...definedOnly({ from: parentOf(context)?.id }),
  };
  if (request.kind === 'permission') {
    requirePerson(context, 'Answering a permission request');
    const { decision, reason } = permissionAnswer(input, request);
    const text = reason === undefined ? undefined : await context.store.putText(reason);
    return { ...common, decision, ...definedOnly({ text }) };
  }
  const answers = questionAnswers(input, request);
  // The person or model reads words; a provider's own question takes a list.
  const text = request.detached ? (answers[0] ?? '') : JSON.stringify(answers);
  return { ...common, text: await context.store.putText(text) };
}

function permissionAnswer({ answers, decision, reason }: Input, request: AgentRequest) {
  if (decision === undefined || answers !== undefined) {
    throw new DockError('invalid_arguments', 'Expected `decision` alone: this is a permission request.', {
      hint: 'allow, allow_thread, or deny with a `reason`.',
    });
  }
  if (reason !== undefined && decision !== 'deny') {
    throw new DockError('invalid_arguments', 'Expected `reason` only with the decision `deny`.');
  }
  if (decision === 'allow_thread' && request.rule === undefined) {
    throw new DockError('invalid_arguments', 'This request can only be allowed once.', {
      hint: 'Use the decision `allow`.',
    });
  }
  return { decision, reason };
}

function questionAnswers(
  { answers, decision, reason }: Input,
  { questions }: AgentRequest,
): readonly string[] {
  if (answers === undefined || decision !== undefined || reason !== undefined) {
    throw new DockError('invalid_arguments', 'Expected `answers` alone: this is a question.');
  }
  if (answers.length !== Math.max(1, questions.length)) {
    throw new DockError('invalid_arguments', `Expected ${questions.length} answers, got ${answers.length}.`, {
      hint: 'One for each question, in their order.',
    });
  }
  return answers;
}

/** A turn that has ended does not wait: the answer starts the next one. */
function answerMessage(
  thread: Thread,
  request: AgentRequest,
  answered: Answered,
  context: ToolContext,
): ThreadChange[] {
  if (!request.detached || answered.text === undefined) return [];
  const message = {
    id: makeMessageId(),
    kind: 'answer' as const,
    origin: context.caller.kind,
    ...definedOnly({ from: parentOf(context)?.id }),
    when: 'now' as const,
    text: answered.text,
    request_id: request.id,
  };
  return [{ thread: thread.id, change: { type: 'message.queued', message } }];
}
