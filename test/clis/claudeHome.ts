import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const key = 'sk-scripted-0123456789abcdefghij';

/** Writes what keeps Claude Code's first-run dialogs away; returns the environment that goes with it. */
export async function seedClaude(home: string, modelUrl: string): Promise<Record<string, string>> {
  const state = {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    // It remembers an approved key by its last 20 characters.
    customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
  };
  await writeFile(join(home, '.claude.json'), JSON.stringify(state), { mode: 0o600 });
  const isRoot = process.getuid?.() === 0;
  return {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: key,
    CLAUDE_CODE_TMPDIR: join(home, 'tmp'),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_TELEMETRY: '1',
    // As root it refuses to run without permission prompts unless told that it is in a sandbox.
    ...(isRoot ? { IS_SANDBOX: '1' } : {}),
  };
}
