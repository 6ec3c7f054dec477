import type { Usage } from '../../contracts/usage.ts';
import type { ResultMessage } from './messages.ts';

/** Tokens and price of the process, sub-agents included; it runs one turn, so they are the turn's. */
export function usageOf(result: ResultMessage): Usage | undefined {
  const models = Object.values(result.modelUsage ?? {});
  if (models.length === 0) return undefined;
  const sum = (pick: (model: (typeof models)[number]) => number): number =>
    models.reduce((total, model) => total + pick(model), 0);
  const cached = sum(model => model.cacheReadInputTokens);
  return {
    input_tokens: sum(model => model.inputTokens + model.cacheCreationInputTokens) + cached,
    cached_input_tokens: cached,
    output_tokens: sum(model => model.outputTokens),
    ...(typeof result.total_cost_usd === 'number' ? { cost_usd: result.total_cost_usd } : {}),
  };
}
