import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { queueOnce } from './queueTurn.ts';
import type { ToolContext } from './toolContext.ts';

/** Queues the next turn in the thread's own session; on a busy thread it waits behind the running turn. */
export async function resumeThread(
  { additional_prompt: prompt, ...input }: ToolInput<'resume_thread'>,
  context: ToolContext,
): Promise<ToolOutput<'resume_thread'>> {
  return queueOnce({ ...input, prompt }, context);
}
