import type { ProviderId } from '../contracts/ids.ts';

const names: Readonly<Record<ProviderId, string>> = {
  codex: 'Codex',
  claude_code: 'Claude Code',
  opencode: 'OpenCode',
  command: 'Command',
};

/** The product's own name, the same in every language. */
export function providerName(provider: ProviderId): string {
  return names[provider];
}
