import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolSchemas } from '../../src/contracts/tools.ts';
import { callTool } from '../../src/tools/callTool.ts';
import { makeToolHarness } from './toolHarness.ts';

test('list_providers says what each permission mode does at each provider, in the words of its driver', async t => {
  const { host } = await makeToolHarness(t);
  const health = (provider: 'codex' | 'opencode') =>
    ({ provider, installed: true, signed_in: 'yes', status: 'healthy', message: 'ready' }) as const;
  const reply = await callTool(
    'list_providers',
    {},
    {
      ...host,
      health: async () => [health('codex'), health('opencode')],
      permissionMeans: (provider, mode) => `${mode} at ${provider}`,
      caller: { kind: 'person' },
      signal: new AbortController().signal,
    },
  );
  assert.ok(reply.ok);
  const { providers } = toolSchemas.list_providers.output.parse(reply.result);
  assert.deepEqual(
    providers.map(({ permission_modes }) => permission_modes),
    ['codex', 'opencode'].map(provider => ({
      read_only: `read_only at ${provider}`,
      ask: `ask at ${provider}`,
      edit: `edit at ${provider}`,
      full: `full at ${provider}`,
    })),
  );
});
