import type { Question } from '../../contracts/agentRequest.ts';
import type { Item } from './items.ts';

/**
 * What newer models ask with a message of theirs, `request_user_input_async`: the tool returns at once and the turn goes
 * on. Codex takes the answer as any message, so it becomes a question that the thread waits for after its turn. All the
 * questions of one message are one, since one message answers them.
 */
export function asideQuestion(item: Item): Question | undefined {
  if (item.type !== 'agentMessage') return undefined;
  const [only, second] = item.questions ?? [];
  if (only === undefined) return undefined;
  if (second !== undefined) return { question: item.text, options: [], multiple: false };
  return {
    question: only.title,
    options: (only.options ?? []).map(label => ({ label })),
    multiple: false,
  };
}
