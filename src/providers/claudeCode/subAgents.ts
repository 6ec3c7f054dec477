import * as z from 'zod';
import { toolPrefix } from './toolPrefix.ts';

/** Of what the CLI tells a hook before a call. `agent_id` is a sub-agent's alone. */
const callSchema = z.looseObject({ agent_id: z.string().optional(), tool_name: z.string().optional() });

const refusal =
  "AgentDock's tools are the thread's own, and are not for its sub-agents. Go on without them, and give back what should be said or asked there: the agent that started you can do that.";

/** For `initialize`: the CLI asks before it makes a call of our tools. */
export const ownCallHooks = {
  PreToolUse: [{ matcher: `${toolPrefix}.*`, hookCallbackIds: ['own-tools'] }],
};

/**
 * Why a call is refused, if it is. Our tools speak in the thread's name, and their replies bring its messages, which would
 * be read by a sub-agent's model and not by the thread's. The CLI offers them to sub-agents all the same.
 */
export function refusedToSubAgent(call: unknown): string | undefined {
  const asked = callSchema.safeParse(call);
  if (!asked.success || asked.data.agent_id === undefined) return undefined;
  return asked.data.tool_name?.startsWith(toolPrefix) === true ? refusal : undefined;
}

/** A hook's answer; an empty one changes nothing. */
export function answerBeforeCall(refused: string | undefined): Readonly<Record<string, unknown>> {
  if (refused === undefined) return {};
  return {
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: 'deny',
      permissionDecisionReason: refused,
    },
  };
}
