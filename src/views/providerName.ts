import type { ProviderId } from '../contracts/ids.ts';

const names: Readonly<Record<ProviderId, { readonly long: string; readonly short: string }>> = {
  codex: { long: 'Codex', short: 'Codex' },
  claude_code: { long: 'Claude Code', short: 'Claude' },
  opencode: { long: 'OpenCode', short: 'OpenCode' },
  command: { long: 'Command', short: 'Command' },
};

/** A shorter name for narrow places. */
export function shortProviderName(provider: ProviderId): string {
  return names[provider].short;
}

/** The product's own name, the same in every language. */
export function providerName(provider: ProviderId): string {
  return names[provider].long;
}
