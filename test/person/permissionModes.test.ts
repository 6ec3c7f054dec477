import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { permissionModes } from '../../src/contracts/thread.ts';
import { hostForFile } from '../host/hostForFile.ts';
import { historyOf } from '../host/turns.ts';
import { runAgent } from './agentShell.ts';
import { testPermissionMode } from './permissionModeTests.ts';

const host = hostForFile();

// The drivers’ tests have each provider in each mode; the long tests have all of them through a host.
for (const mode of permissionModes) testPermissionMode('codex', mode, host);
for (const provider of ['claude_code', 'opencode'] as const) testPermissionMode(provider, 'ask', host);

test('what was asked and how it was answered stands in the record that the person reads', async () => {
  const { dock, client } = host();
  const { thread } = await runAgent(dock, client, {
    provider: 'codex',
    mode: 'ask',
    steps: ['write plain.txt no'],
  });
  const events = await historyOf(client, thread);
  assert.match(JSON.stringify(events.find(({ type }) => type === 'request.opened')), /plain\.txt/);
  assert.match(JSON.stringify(events.find(({ type }) => type === 'request.answered')), /The person says no/);
  const read = await dock.cli(['read', thread]);
  assert.match(read.stdout, /plain\.txt[\s\S]*The person says no/);
  assert.equal(await readFile(join(dock.workspace, 'plain.txt')).catch(() => 'none'), 'none');
});
