import { DockError } from '../contracts/errors.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { makeRequestId } from '../core/naming.ts';
import { ownRunningThread } from './access.ts';
import { newsFor } from './newsFor.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/** Leaves a question with the master and the person; returns at once, and the answer starts the agent's next turn. */
export async function ask(input: ToolInput<'ask'>, context: ToolContext): Promise<ToolOutput<'ask'>> {
  const { thread, turnId } = ownRunningThread(context);
  const [first = ''] = input.question.trim().split(/\r?\n/, 1);
  const opened: Extract<StateChange, { type: 'request.opened' }> = {
    type: 'request.opened',
    turn_id: turnId,
    request: {
      id: makeRequestId(),
      kind: 'question',
      detached: true,
      title: first.slice(0, 200),
      detail: await context.store.putText(input.question),
      questions: [
        { question: input.question, options: input.options.map(label => ({ label })), multiple: false },
      ],
    },
  };
  await context.store.commit([
    { thread: thread.id, change: opened },
    ...newsFor(context.store, thread.id, opened),
  ]);
  if (context.store.get(thread.id)?.requests.some(({ id }) => id === opened.request.id) !== true) {
    throw new DockError('conflict', 'The turn that asks has ended.');
  }
  return {
    request_id: opened.request.id,
    next: 'Do what does not need the answer, then end your turn. The answer comes as your next message.',
    fleet: fleet(context),
  };
}
