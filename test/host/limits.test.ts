import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { makeDock } from './harness.ts';
import { atRest, inState, script, spawnThread } from './turns.ts';

let models: ModelServer;
before(async () => {
  models = await startModelServer();
});
after(() => models.close());

test('the limit of the workspace holds for the person too', async t => {
  const narrow = await makeDock(t, {
    models,
    workspaceConfig: { highest_permission_mode: 'edit', max_running: 1 },
  });
  const person = await narrow.connect();
  const call = person.call('spawn_thread', {
    task_name: 'No',
    provider: 'codex',
    prompt: 'No.',
    permission_mode: 'full',
  });
  await assert.rejects(call, { code: 'permission_denied', hint: /\.agentdock\/config\.json/ });
  const first = await spawnThread(person, {
    provider: 'codex',
    prompt: script('gate one'),
    permission_mode: 'edit',
  });
  await inState(person, first, 'running');
  const second = await person.call('spawn_thread', {
    task_name: 'Two',
    provider: 'codex',
    prompt: script('say Two.'),
  });
  assert.equal(second.fleet.capacity, 1);
  models.gates.open('one');
  assert.equal((await atRest(person, second.thread_id)).result, 'Two.');
});

test('a workspace’s config that does not parse allows the least and is reported', async t => {
  const broken = await makeDock(t, { models });
  await writeFile(
    join(broken.workspace, '.agentdock', 'config.json'),
    '{"highest_permission_mode": "root", "codex_path": "/bin/sh"}',
  );
  const person = await broken.connect();
  const call = person.call('spawn_thread', {
    task_name: 'No',
    provider: 'codex',
    prompt: 'No.',
    permission_mode: 'ask',
  });
  await assert.rejects(call, { code: 'permission_denied' });
  assert.match((await person.status()).rejected_settings?.join('\n') ?? '', /config\.json is not used/);
});
