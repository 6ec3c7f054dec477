import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { CliRequests } from '../cliRequests.ts';
import type { HookAnswer, HookMessage } from './hookMessage.ts';

const answerSchema = z.looseObject({
  response: z.looseObject({
    subtype: z.literal('success'),
    response: z.looseObject({
      behavior: z.enum(['allow', 'deny']),
      updatedInput: z.unknown().optional(),
      message: z.string().optional(),
    }),
  }),
});

/**
 * What the terminal asks its person is asked of the host as well: whoever answers first decides. Where the dialog was
 * answered there, `signal` takes the host's request back.
 */
export async function answerPermission(
  { tool_name, tool_input }: HookMessage,
  requests: CliRequests,
  signal: AbortSignal,
): Promise<HookAnswer> {
  const id = randomUUID();
  signal.addEventListener('abort', () => requests.withdraw(id), { once: true });
  const reply = await requests.answer({
    type: 'control_request',
    request_id: id,
    request: { subtype: 'can_use_tool', tool_name, input: tool_input },
  });
  const answer = answerSchema.safeParse(reply?.response);
  if (!answer.success) return {};
  const { behavior, updatedInput, message } = answer.data.response.response;
  const decision = behavior === 'allow' ? { behavior, updatedInput } : { behavior, message };
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}
