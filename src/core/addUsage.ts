import type { Usage } from '../contracts/usage.ts';
import { definedOnly } from './definedOnly.ts';

/** The usage of a thread is the sum over its turns; a price counts where a provider stated one. */
export function addUsage(sum: Usage | undefined, turn: Usage | undefined): Usage | undefined {
  if (sum === undefined || turn === undefined) return sum ?? turn;
  return {
    input_tokens: sum.input_tokens + turn.input_tokens,
    output_tokens: sum.output_tokens + turn.output_tokens,
    ...definedOnly({
      cached_input_tokens: addStated(sum.cached_input_tokens, turn.cached_input_tokens),
      reasoning_tokens: addStated(sum.reasoning_tokens, turn.reasoning_tokens),
      cost_usd: addStated(sum.cost_usd, turn.cost_usd),
    }),
  };
}

function addStated(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}
