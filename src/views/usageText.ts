import type { Usage } from '../contracts/usage.ts';
import { shortCount } from '../core/shortCount.ts';
import { t } from '../vscode/localize.ts';

/** `12.3k in, 850 out`, and the price where the provider states one. */
export function usageText(usage: Usage): string {
  const tokens = t('{0} in, {1} out', shortCount(usage.input_tokens), shortCount(usage.output_tokens));
  return usage.cost_usd === undefined ? tokens : `${tokens} · $${usage.cost_usd.toFixed(2)}`;
}
