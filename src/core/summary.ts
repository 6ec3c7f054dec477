import type { AgentRequest } from '../contracts/agentRequest.ts';
import type { TextRef } from '../contracts/text.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import type { ThreadSummary } from '../contracts/tools.ts';
import { cutQuestion } from './cutQuestion.ts';
import { definedOnly } from './definedOnly.ts';

type OpenRequest = ThreadSummary['requests'][number];

/** The compact form of a thread in replies. */
export function summarize(thread: Thread, queuePosition: number | undefined): ThreadSummary {
  return {
    thread_id: thread.id,
    ...definedOnly({ parent_id: thread.parent_id, reason: thread.reason, error: thread.error }),
    ...definedOnly({ session_id: thread.session?.id, queue_position: queuePosition }),
    role: thread.role,
    provider: thread.provider,
    task_name: thread.task_name,
    state: thread.state,
    since: thread.since,
    permission_mode: thread.permission_mode,
    working_dir: thread.working_dir,
    queued_turns: thread.queue.length,
    turns_ended: thread.turns_ended,
    requests: thread.requests.map(openRequest),
    queued_messages: thread.inbox.filter(({ state }) => state === 'queued').length,
    created_at: thread.created_at,
    updated_at: thread.updated_at,
  };
}

/** Characters of what a request is about. */
const detailLength = 2_000;

function openRequest({
  id,
  kind,
  title,
  tool,
  detail,
  rule,
  questions,
  opened_at,
}: AgentRequest): OpenRequest {
  return {
    request_id: id,
    kind,
    title,
    ...definedOnly({ tool }),
    detail: headOf(detail).slice(0, detailLength),
    can_allow_thread: rule !== undefined,
    questions: questions.map(question => cutQuestion(question, detailLength)),
    opened_at,
  };
}

const headLength = 200;

/**
 * A thread for a client's list: the same shape with long texts cut to their beginning, and without the keys of calls,
 * which only grow and which only the host looks at.
 */
export function withShortTexts(thread: Thread): Thread {
  return {
    ...thread,
    turn_keys: {},
    message_keys: {},
    inbox: thread.inbox.map(message => ({ ...message, text: shortText(message.text) })),
    requests: thread.requests.map(shortRequest),
    queue: thread.queue.map(shortTurn),
    ...(thread.turn === undefined ? {} : { turn: shortTurn(thread.turn) }),
    ...(thread.result === undefined ? {} : { result: shortText(thread.result) }),
  };
}

function shortTurn(turn: Turn): Turn {
  return { ...turn, prompt: shortText(turn.prompt) };
}

/** Enough of it to answer by; the transcript has all. */
function shortRequest({ diff, detail, questions, ...request }: AgentRequest): AgentRequest {
  const cut = (ref: TextRef) => ({ text: headOf(ref).slice(0, detailLength) });
  const short = questions.map(question => cutQuestion(question, detailLength));
  return {
    ...request,
    detail: cut(detail),
    questions: short,
    ...(diff === undefined ? {} : { diff: cut(diff) }),
  };
}

function shortText(ref: TextRef): TextRef {
  return { text: headOf(ref).slice(0, headLength) };
}

function headOf(ref: TextRef): string {
  return 'text' in ref ? ref.text : ref.head;
}
