import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { mayReach } from './access.ts';
import { fleet, summariesOf } from './reply.ts';
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
  // UTC times of one form: a plain comparison is their order, and a locale's is too slow for ten thousand.
  found.sort((a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0));
  return {
    threads: summariesOf(context, found.slice(0, input.limit)),
    total: found.length,
    fleet: fleet(context),
  };
}
