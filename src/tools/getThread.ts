import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { definedOnly } from '../core/definedOnly.ts';
import { reachableThread } from './access.ts';
import { fleet, summaryOf } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

/** Characters of the final text in a compact reply; `read_thread` with `view: "result"` has all of it. */
const resultLimit = 4000;

export async function getThread(
  input: ToolInput<'get_thread'>,
  context: ToolContext,
): Promise<ToolOutput<'get_thread'>> {
  const thread = reachableThread(context, input.thread_id);
  const result = thread.result === undefined ? undefined : await context.store.getText(thread.result);
  const children = [...context.store.threads().values()].filter(({ parent_id }) => parent_id === thread.id);
  return {
    thread: {
      ...summaryOf(context, thread),
      evidence: thread.evidence,
      permission_means: context.permissionMeans(thread.provider, thread.permission_mode),
      ...definedOnly({ model: thread.model, effort: thread.effort, usage: thread.usage }),
      ...definedOnly({ result: result?.slice(0, resultLimit) }),
      result_truncated: (result?.length ?? 0) > resultLimit,
      earlier_sessions: thread.earlier_sessions.map(({ id }) => id),
      children: children.map(({ id }) => id),
    },
    fleet: fleet(context),
  };
}
