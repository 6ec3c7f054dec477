import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToolHarness, startedBy } from './toolHarness.ts';

const work = { task_name: 'work', provider: 'codex', prompt: 'Work.' };

test('an agent whose thread is not known reaches nothing and starts nothing', async t => {
  const { call, store } = await makeToolHarness(t);
  const { id } = await startedBy(call('spawn_thread', work));
  const stray = { kind: 'agent', place: 'unknown', why: 'AGENTDOCK_FOLDER marks the caller' } as const;
  for (const [tool, args] of [
    ['spawn_thread', work],
    ['resume_thread', { thread_id: id, additional_prompt: 'More.' }],
    ['cancel_thread', { thread_id: id }],
    ['get_thread', { thread_id: id }],
    ['read_thread', { thread_id: id }],
    ['wait_threads', { thread_ids: [id] }],
    ['list_threads', {}],
  ] as const) {
    const reply = await call(tool, args, stray);
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'permission_denied' } }, tool);
    assert.match(
      JSON.stringify(reply),
      /AGENTDOCK_FOLDER marks the caller.*AGENTDOCK_THREAD as it was/,
      tool,
    );
  }
  assert.deepEqual([...store.threads().keys()], [id]);
  assert.equal(store.get(id)?.cancel_requested, false);
});

test('an agent from outside is a master that reaches all and starts threads without a parent', async t => {
  const { call, store } = await makeToolHarness(t);
  const { id } = await startedBy(call('spawn_thread', work));
  const outside = { kind: 'agent', place: 'outside', why: 'CLAUDECODE marks the caller' } as const;
  const own = await startedBy(call('spawn_thread', { ...work, permission_mode: 'edit' }, outside));
  assert.equal(store.get(own.id)?.parent_id, undefined);
  assert.partialDeepStrictEqual(await call('cancel_thread', { thread_id: id }, outside), { ok: true });
});
