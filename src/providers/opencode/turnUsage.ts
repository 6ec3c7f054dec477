import type { Usage } from '../../contracts/usage.ts';
import type { StepFinish } from './parts.ts';

/** Adds up the model requests of one turn, sub-agents' included. The same step may come more than once. */
export class TurnUsage {
  readonly #steps = new Map<string, StepFinish>();

  add(step: StepFinish): void {
    this.#steps.set(step.id, step);
  }

  /** Cached tokens are part of the input. */
  total(): Usage | undefined {
    if (this.#steps.size === 0) return undefined;
    const sum = (pick: (step: StepFinish) => number): number =>
      [...this.#steps.values()].reduce((total, step) => total + pick(step), 0);
    const cost = sum(step => step.cost);
    return {
      input_tokens: sum(({ tokens }) => tokens.input + tokens.cache.read + tokens.cache.write),
      cached_input_tokens: sum(({ tokens }) => tokens.cache.read),
      output_tokens: sum(({ tokens }) => tokens.output + tokens.reasoning),
      reasoning_tokens: sum(({ tokens }) => tokens.reasoning),
      // Models without a price in the catalogue count as free there.
      ...(cost > 0 ? { cost_usd: cost } : {}),
    };
  }
}
