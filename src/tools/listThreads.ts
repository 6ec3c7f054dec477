import type { Thread } from '../contracts/thread.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { mayReach, reachableThread } from './access.ts';
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
  const found = [...context.store.threads().values()].filter(wanted).sort(newestFirst);
  const last = input.cursor === undefined ? undefined : reachableThread(context, input.cursor);
  // By its place in the order, not in the list: a thread can leave the list between two pages.
  const rest = last === undefined ? found : found.filter(thread => newestFirst(last, thread) < 0);
  const page = rest.slice(0, input.limit);
  return {
    threads: summariesOf(context, page),
    total: found.length,
    ...definedOnly({ cursor: rest.length > page.length ? page.at(-1)?.id : undefined }),
    fleet: fleet(context),
  };
}

/** UTC times of one form: a plain comparison is their order, and a locale's is too slow for ten thousand. */
function newestFirst(a: Thread, b: Thread): number {
  if (a.created_at === b.created_at) return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
  return a.created_at < b.created_at ? 1 : -1;
}
