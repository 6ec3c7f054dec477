import type { AgentRequest, Question } from '../contracts/agentRequest.ts';
import type { PickItem } from '../vscode/quickSteps.ts';
import { detailItems } from './detailItems.ts';

/** As much as the prompt of an input box shows; it breaks its lines itself. */
const longestPrompt = 300;

/**
 * The rows that show a question above its answers; none where the box's own line holds all of it. A request that names
 * no questions asks what its detail says.
 */
export function questionItems<Value>(
  { questions, detail }: Pick<AgentRequest, 'questions' | 'detail'>,
  { question, options }: Question,
  value: Value,
): PickItem<Value>[] {
  const whole = questions.length > 0 ? { text: question } : detail;
  const items = detailItems(whole, value);
  const isPrompt =
    options.length === 0 && question.length <= longestPrompt && !/[\r\n]/.test(question.trim());
  return 'text' in whole && (isPrompt || items.length <= 1) ? [] : items;
}
