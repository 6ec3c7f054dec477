import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { ownRunningThread } from './access.ts';
import { fleet } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/** Keeps what the agent says of its work; what AgentDock saw of it stands beside, in the turn's receipt. */
export async function report(
  input: ToolInput<'report'>,
  context: ToolContext,
): Promise<ToolOutput<'report'>> {
  const { thread, turnId } = ownRunningThread(context);
  const { kind, outcome, files, checks } = input;
  const summary = await context.store.putText(input.summary);
  await context.store.commit([
    {
      thread: thread.id,
      change: {
        type: 'report.made',
        report: { kind, turn_id: turnId, summary, ...definedOnly({ outcome }), files, checks },
      },
    },
  ]);
  return { recorded: true, fleet: fleet(context) };
}
