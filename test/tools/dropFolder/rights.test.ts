import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { EffectiveSettings } from '../../../src/contracts/settings.ts';
import { narrow, userSettingsSchema } from '../../../src/contracts/settings.ts';
import { callTool } from '../../../src/tools/callTool.ts';
import { errorIn, makeDropHarness, spawnCall, threadIn } from './dropHarness.ts';

async function asked(t: TestContext, settings: Partial<EffectiveSettings>) {
  const harness = await makeDropHarness(t, settings);
  const served = await harness.serveKnown();
  let count = 0;
  return {
    ...served,
    ask: async (call: object) => {
      count += 1;
      await harness.drop(`ask-${count}`, call);
      return harness.result(`ask-${count}`);
    },
    /** As the person, over another way in. */
    person: async (args: object) =>
      threadIn(
        await callTool(
          'spawn_thread',
          { task_name: 'own', provider: 'codex', prompt: 'Go.', ...args },
          {
            ...served.tools,
            caller: { kind: 'person' },
            signal: new AbortController().signal,
          },
        ),
      ),
  };
}

test('off: nothing may be asked for', async t => {
  const { ask } = await asked(t, { drop_folder: 'off' });
  for (const call of [{ tool: 'list_threads' }, spawnCall('no'), { tool: 'nope' }])
    assert.equal(errorIn(await ask(call)), 'permission_denied');
});

test('read: threads may be looked at, and that is all', async t => {
  const { ask, person, store } = await asked(t, { drop_folder: 'read' });
  const thread_id = await person({});
  for (const tool of ['get_thread', 'read_thread']) {
    assert.equal(errorIn(await ask({ tool, args: { thread_id } })), 'ok', tool);
  }
  for (const call of [
    spawnCall('no'),
    { tool: 'resume_thread', args: { thread_id, additional_prompt: 'x' } },
    { tool: 'send_message', args: { thread_id, text: 'x' } },
    { tool: 'cancel_thread', args: { thread_id } },
  ]) {
    assert.equal(errorIn(await ask(call)), 'permission_denied', call.tool);
  }
  assert.equal(store.threads().size, 1);
});

test('spawn: never a master, full access, a program, an answer, or what only a thread may say', async t => {
  const { ask, store } = await asked(t, { default_permission_mode: 'full' });
  const id = threadIn(await ask(spawnCall('usual')));
  assert.equal(store.get(id)?.permission_mode, 'ask');
  for (const call of [
    spawnCall('master', { role: 'master' }),
    spawnCall('full', { permission_mode: 'full' }),
    { tool: 'spawn_thread', args: { task_name: 'program', provider: 'command', prompt: 'true' } },
    { tool: 'answer_thread', args: { thread_id: id, request_id: 'req-abcdefghij', decision: 'allow' } },
    { tool: 'ask', args: { question: 'Why?' } },
    { tool: 'report', args: { summary: 'Done.' } },
  ]) {
    assert.equal(errorIn(await ask(call)), 'permission_denied', JSON.stringify(call));
  }
  assert.equal(store.threads().size, 1);
});

test('nothing is made to work with more than the person’s default mode', async t => {
  const { ask, person, store } = await asked(t, { default_permission_mode: 'ask' });
  assert.equal(errorIn(await ask(spawnCall('edit', { permission_mode: 'edit' }))), 'permission_denied');
  const lesser = threadIn(await ask(spawnCall('lesser', { permission_mode: 'read_only' })));
  assert.equal(store.get(lesser)?.permission_mode, 'read_only');
  const thread_id = await person({ permission_mode: 'edit' });
  for (const call of [
    { tool: 'resume_thread', args: { thread_id, additional_prompt: 'Write.' } },
    { tool: 'send_message', args: { thread_id, text: 'Write.' } },
  ]) {
    assert.equal(errorIn(await ask(call)), 'permission_denied', call.tool);
  }
  assert.equal(errorIn(await ask({ tool: 'read_thread', args: { thread_id } })), 'ok');
});

test('with edit as the default mode a request may ask for it', async t => {
  const { ask, store } = await asked(t, { default_permission_mode: 'edit' });
  const id = threadIn(await ask(spawnCall('edit', { permission_mode: 'edit' })));
  assert.equal(store.get(id)?.permission_mode, 'edit');
});

test('only what requests have started can be cancelled by one', async t => {
  const { ask, person, store } = await asked(t, {});
  const own = threadIn(await ask(spawnCall('own', { idempotency_key: 'my key' })));
  const other = await person({});
  assert.equal(
    errorIn(await ask({ tool: 'cancel_thread', args: { thread_id: other } })),
    'permission_denied',
  );
  assert.equal(errorIn(await ask({ tool: 'cancel_thread', args: { thread_id: own } })), 'ok');
  assert.deepEqual([store.get(own)?.state, store.get(other)?.state], ['cancelled', 'queued']);
  assert.equal(errorIn(await ask({ tool: 'cancel_thread', args: { thread_id: own } })), 'conflict');
});

test('a key of the caller’s own makes two requests one, and a key that is none is refused', async t => {
  const { ask, store } = await asked(t, {});
  const call = spawnCall('keyed', { idempotency_key: 'once' });
  assert.equal(threadIn(await ask(call)), threadIn(await ask(call)));
  assert.equal(errorIn(await ask(spawnCall('bad', { idempotency_key: 7 }))), 'invalid_arguments');
  assert.equal(
    errorIn(await ask(spawnCall('bad', { idempotency_key: 'x'.repeat(201) }))),
    'invalid_arguments',
  );
  assert.equal(store.threads().size, 1);
});

test('a workspace can narrow what the person’s settings allow, and not widen it', () => {
  const user = (drop_folder: string) => userSettingsSchema.parse({ drop_folder });
  assert.equal(narrow(user('spawn'), {}).drop_folder, 'spawn');
  assert.equal(narrow(user('spawn'), { drop_folder: 'read' }).drop_folder, 'read');
  assert.equal(narrow(user('read'), { drop_folder: 'spawn' }).drop_folder, 'read');
  assert.equal(narrow(user('off'), { drop_folder: 'spawn' }).drop_folder, 'off');
});
