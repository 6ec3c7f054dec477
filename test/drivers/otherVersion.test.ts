import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ProviderHealth } from '../../src/contracts/provider.ts';
import type { TurnEnd } from '../../src/providers/driver.ts';
import { makeHarness as makeClaudeCodeHarness } from './claudeCodeHarness.ts';
import { makeCodexHarness, script } from './codexHarness.ts';
import { makeHarness as makeOpencodeHarness } from './opencodeHarness.ts';

const options = { skip: process.platform === 'win32' ? 'the wrapper is a shell script' : false };

/** The real CLI, which says that it is of another version. */
async function otherVersion(t: TestContext, variable: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dock-version-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'cli');
  await writeFile(file, `#!/bin/sh\n[ "$1" = --version ] && exec echo 99.1.2\nexec "$${variable}" "$@"\n`, {
    mode: 0o755,
  });
  return file;
}

function expectWorking(health: ProviderHealth, end: TurnEnd): void {
  assert.deepEqual([health.status, health.signed_in, health.version], ['healthy', 'yes', '99.1.2']);
  assert.ok(health.tested_version);
  assert.match(health.message, new RegExp(`tested with version ${health.tested_version}`));
  assert.deepEqual([end.outcome, end.result], ['completed', 'It works.']);
}

const never = new AbortController().signal;
const prompt = script('say It works.');

test('codex of another version is healthy, says which one is tested, and works', options, async t => {
  const binary = await otherVersion(t, 'AGENTDOCK_CODEX_BIN');
  const { driver, run } = await makeCodexHarness(t, { binary });
  expectWorking(await driver.checkHealth(never), (await run(prompt)).end);
});

test('claude_code of another version is healthy, says which one is tested, and works', options, async t => {
  const binary = await otherVersion(t, 'AGENTDOCK_CLAUDE_BIN');
  const { driver, run } = await makeClaudeCodeHarness(t, { binary });
  expectWorking(await driver.checkHealth(never), (await run(prompt)).end);
});

test('opencode of another version is healthy, says which one is tested, and works', options, async t => {
  const binary = await otherVersion(t, 'AGENTDOCK_OPENCODE_BIN');
  const harness = await makeOpencodeHarness({ binary });
  t.after(() => harness.close());
  expectWorking(await harness.driver.checkHealth(never), (await harness.run(prompt)).end);
});
