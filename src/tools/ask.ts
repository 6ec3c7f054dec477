import { DockError } from '../contracts/errors.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { ownRunningThread } from './access.ts';
import { leaveQuestion } from './leaveQuestion.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/** Leaves a question with the master and the person; returns at once, and the answer starts the agent's next turn. */
export async function ask(input: ToolInput<'ask'>, context: ToolContext): Promise<ToolOutput<'ask'>> {
  const { thread, turnId } = ownRunningThread(context);
  const id = await leaveQuestion(context.store, {
    thread: thread.id,
    turnId,
    question: {
      question: input.question,
      options: input.options.map(label => ({ label })),
      multiple: false,
    },
  });
  if (id === undefined) throw new DockError('conflict', 'The turn that asks has ended.');
  return {
    request_id: id,
    next: 'Do what does not need the answer, then end your turn. The answer comes as your next message.',
    fleet: fleet(context),
  };
}
