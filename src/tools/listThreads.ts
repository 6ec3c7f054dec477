import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { mayReach } from './access.ts';
import { fleet, summaryOf } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

export async function listThreads(
  input: ToolInput<'list_threads'>,
  context: ToolContext,
): Promise<ToolOutput<'list_threads'>> {
  const wanted = (thread: Thread) =>
    (input.states === undefined || input.states.includes(thread.state)) &&
    (input.provider === undefined || thread.provider === input.provider) &&
    (input.parent_id === undefined || thread.parent_id === input.parent_id) &&
    mayReach(context, thread.id);
  const found = [...context.store.threads().values()].filter(wanted);
  found.sort((a, b) => b.created_at.localeCompare(a.created_at));
  return {
    threads: found.slice(0, input.limit).map(thread => summaryOf(context, thread)),
    total: found.length,
    fleet: fleet(context),
  };
}
