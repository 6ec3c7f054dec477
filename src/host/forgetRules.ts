import type { PermissionRule } from '../contracts/agentRequest.ts';
import type { ThreadId } from '../contracts/ids.ts';
import { isSameRule } from '../core/sameRule.ts';
import { reachableThread } from '../tools/access.ts';
import type { ToolContext } from '../tools/toolContext.ts';

/** Takes back rules of a thread, `asked` or all of them. Returns those that it had. */
export async function forgetRules(
  id: ThreadId,
  asked: readonly PermissionRule[] | undefined,
  context: ToolContext,
): Promise<PermissionRule[]> {
  const { rules } = reachableThread(context, id);
  const forgotten = rules.filter(rule => asked?.some(one => isSameRule(one, rule)) ?? true);
  if (forgotten.length === 0) return [];
  await context.store.commit([
    { thread: id, change: { type: 'rules.forgotten', by: context.caller.kind, rules: forgotten } },
  ]);
  return forgotten;
}
