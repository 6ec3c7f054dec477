import type { AgentRequest } from '../contracts/agentRequest.ts';
import type { Message } from '../contracts/message.ts';
import type { Thread } from '../contracts/thread.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { ThreadChange } from '../store/journal.ts';

/** A thread that ended its turn with a question has its answer in the next prompt. */
export function closedQuestions({ id }: Thread, requests: readonly AgentRequest[]): ThreadChange[] {
  const reason = 'The thread got another prompt instead.';
  return requests.map(request => ({
    thread: id,
    change: { type: 'request.closed', request_id: request.id, reason },
  }));
}

/**
 * The same for a turn that brings words: of those that may act on the thread, and that were said after the question. What
 * a thread below it writes is no answer.
 */
export function answeredByWords(
  thread: Thread,
  brings: readonly string[],
  threads: ReadonlyMap<Thread['id'], Thread>,
): ThreadChange[] {
  const isFromAbove = ({ from }: Message) => from === undefined || isInSubtree(threads, from, thread.id);
  const words = thread.inbox.filter(
    message => brings.includes(message.id) && message.kind === 'message' && isFromAbove(message),
  );
  const isAnswered = (request: AgentRequest) =>
    request.detached && words.some(({ queued_at }) => queued_at >= request.opened_at);
  return closedQuestions(thread, thread.requests.filter(isAnswered));
}
