import type { Usage } from '../contracts/usage.ts';
import { t } from '../vscode/localize.ts';

/** `12.3k in, 850 out`, and the price where the provider states one. */
export function usageText(usage: Usage): string {
  const tokens = t('{0} in, {1} out', countText(usage.input_tokens), countText(usage.output_tokens));
  return usage.cost_usd === undefined ? tokens : `${tokens} · $${usage.cost_usd.toFixed(2)}`;
}

function countText(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_950) return `${(count / 1_000).toFixed(1)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}
