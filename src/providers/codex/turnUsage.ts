import type { Usage } from '../../contracts/usage.ts';
import type { TokenCounts } from './notifications.ts';

/** Codex counts over the whole session, also over earlier processes; this gives what one turn added. */
export function makeTurnUsage(): {
  update(counts: { readonly total: TokenCounts; readonly last: TokenCounts }): void;
  usage(): Usage | undefined;
} {
  let before: Counts | undefined;
  let total: Counts | undefined;
  return {
    update: counts => {
      total = counts.total;
      // The first count of a turn already holds its first model request.
      before ??= subtract(counts.total, counts.last);
    },
    usage: () => {
      if (before === undefined || total === undefined) return undefined;
      const own = subtract(total, before);
      return {
        input_tokens: own.inputTokens,
        cached_input_tokens: own.cachedInputTokens,
        output_tokens: own.outputTokens,
        reasoning_tokens: own.reasoningOutputTokens,
      };
    },
  };
}

type Counts = Pick<
  TokenCounts,
  'inputTokens' | 'cachedInputTokens' | 'outputTokens' | 'reasoningOutputTokens'
>;

function subtract(left: Counts, right: Counts): Counts {
  return {
    inputTokens: left.inputTokens - right.inputTokens,
    cachedInputTokens: left.cachedInputTokens - right.cachedInputTokens,
    outputTokens: left.outputTokens - right.outputTokens,
    reasoningOutputTokens: left.reasoningOutputTokens - right.reasoningOutputTokens,
  };
}
