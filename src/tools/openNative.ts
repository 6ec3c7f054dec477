import { DockError } from '../contracts/errors.ts';
import type { ProviderId } from '../contracts/ids.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { requirePerson } from './access.ts';
import { queueOnce } from './queueTurn.ts';
import type { ToolContext } from './toolContext.ts';

/**
 * Queues a turn in the thread's own terminal program: on a busy thread it opens when the running turn has ended, and as
 * long as it is open no other turn of the thread starts.
 */
export async function openNative(
  input: ToolInput<'open_native'>,
  context: ToolContext,
): Promise<ToolOutput<'open_native'>> {
  requirePerson(context, 'Opening a terminal');
  const provider = context.store.get(input.thread_id)?.provider;
  const prompt = input.additional_prompt ?? '';
  if (provider !== undefined) requireTerminal(context, provider, prompt);
  return queueOnce({ ...input, prompt, native: true }, context);
}

/** Refuses a terminal that nobody could sit in front of, or that does not exist, and a prompt that would be changed there. */
export function requireTerminal(context: ToolContext, provider: ProviderId, prompt: string): void {
  requirePerson(context, 'Opening a terminal');
  if (!context.hasTerminal(provider)) throw noTerminal(provider);
  const why = context.unfitForTerminal(provider, prompt);
  if (why === undefined) return;
  throw new DockError(
    'invalid_arguments',
    `This prompt cannot be typed into its terminal unchanged: ${why}.`,
    { hint: 'Send it as a turn first, then open the terminal.' },
  );
}

export function noTerminal(provider: ProviderId): DockError {
  return new DockError('not_implemented', `AgentDock does not open a terminal of ${provider} itself.`, {
    hint: 'Resume the thread, and follow it in its own tab.',
  });
}
