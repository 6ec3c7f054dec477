import type { Question } from '../contracts/agentRequest.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { Thread } from '../contracts/thread.ts';
import { boundQuestions } from '../core/cutQuestion.ts';
import { makeRequestId } from '../core/naming.ts';
import { oneLine } from '../core/oneLine.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { newsFor } from './newsFor.ts';

interface LeftQuestion {
  readonly thread: Thread['id'];
  readonly turnId: string;
  readonly question: Question;
}

/**
 * A question that the turn does not wait for: after it the thread does, and the answer is a message. Returns the id of
 * the request; undefined when the turn that asks has ended.
 */
export async function leaveQuestion(
  store: ThreadStore,
  { thread, turnId, question }: LeftQuestion,
): Promise<string | undefined> {
  const opened: Extract<StateChange, { type: 'request.opened' }> = {
    type: 'request.opened',
    turn_id: turnId,
    request: {
      id: makeRequestId(),
      kind: 'question',
      detached: true,
      title: oneLine(question.question),
      detail: await store.putText(question.question),
      questions: boundQuestions([question]),
    },
  };
  const { id } = opened.request;
  await store.commit([{ thread, change: opened }, ...newsFor(store, thread, opened)]);
  return store.get(thread)?.requests.some(request => request.id === id) === true ? id : undefined;
}
