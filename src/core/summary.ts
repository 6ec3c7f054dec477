import type { AgentRequest } from '../contracts/agentRequest.ts';
import { inlineTextLimit, type TextRef } from '../contracts/text.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import type { ThreadSummary } from '../contracts/threadSummary.ts';
import { cutQuestion } from './cutQuestion.ts';
import { cutText } from './cutText.ts';
import { definedOnly } from './definedOnly.ts';
import { longestInList, openRequest } from './openRequest.ts';
import { restsInTerminal } from './restsInTerminal.ts';

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
    ...(restsInTerminal(thread) ? { rests_in_terminal: true as const } : {}),
    since: thread.since,
    permission_mode: thread.permission_mode,
    working_dir: thread.working_dir,
    queued_turns: thread.queue.length,
    turns_ended: thread.turns_ended,
    requests: thread.requests.map(request => openRequest(request)),
    queued_messages: thread.inbox.filter(({ state }) => state === 'queued').length,
    created_at: thread.created_at,
    updated_at: thread.updated_at,
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
    ...definedOnly({
      result: thread.result && shortText(thread.result),
      earlier_result: thread.earlier_result && shortText(thread.earlier_result),
    }),
  };
}

function shortTurn(turn: Turn): Turn {
  return { ...turn, prompt: shortText(turn.prompt) };
}

/** With all that a person is to see before they allow it, as far as it stands in no side file. */
function shortRequest(request: AgentRequest): AgentRequest {
  const { diff, detail, questions } = request;
  // A text that no file can hold stands here whatever its size.
  const cut = (ref: TextRef) => ('text' in ref ? { text: cutText(ref.text, inlineTextLimit) } : ref);
  return {
    ...request,
    detail: cut(detail),
    ...(diff === undefined ? {} : { diff: cut(diff) }),
    questions: questions.map(question => cutQuestion(question, longestInList)),
  };
}

function shortText(ref: TextRef): TextRef {
  return { text: headOf(ref).slice(0, headLength) };
}

function headOf(ref: TextRef): string {
  return 'text' in ref ? ref.text : ref.head;
}
