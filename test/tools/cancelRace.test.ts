import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restStates } from '../../src/contracts/thread.ts';
import { end, makeToolHarness, prepare, startedBy } from './toolHarness.ts';

const spawn = { task_name: 'child', provider: 'codex', prompt: 'go' };

// The spawn is earlier or later by that many turns of the event loop, or held up by a side file of its own.
for (const [lead, prompt] of [
  [0, 'short'],
  [0, 'x'.repeat(300_000)],
  [1, 'short'],
  [2, 'short'],
  [4, 'short'],
  [8, 'short'],
  [-1, 'short'],
  [-3, 'short'],
] as const) {
  test(`a cancel leaves no child that its agent was starting (${lead} ahead, ${prompt.length} characters)`, async t => {
    const { store, call } = await makeToolHarness(t);
    const parent = await startedBy(call('spawn_thread', spawn));
    await prepare(store, parent);
    const agent = { kind: 'agent', place: 'thread', thread: parent.id, why: 'it is one' } as const;
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1) await new Promise(resolve => setImmediate(resolve));
    };
    const [child, cancelled] = await Promise.all([
      turns(-lead).then(() => call('spawn_thread', { ...spawn, prompt }, agent)),
      turns(lead).then(() => call('cancel_thread', { thread_id: parent.id })),
    ]);
    assert.ok(cancelled.ok);
    if (!child.ok) assert.equal(child.error.code, 'cancelled');
    const left = [...store.threads().values()].filter(
      ({ id, state }) => id !== parent.id && !restStates.has(state),
    );
    assert.deepEqual(left, []);
  });
}

test('an agent whose thread was cancelled can start and resume nothing more', async t => {
  const { store, call } = await makeToolHarness(t);
  const parent = await startedBy(call('spawn_thread', spawn));
  await prepare(store, parent);
  const agent = { kind: 'agent', place: 'thread', thread: parent.id, why: 'it is one' } as const;
  const child = await startedBy(call('spawn_thread', spawn, agent));
  await call('cancel_thread', { thread_id: parent.id });
  for (const reply of [
    await call('spawn_thread', spawn, agent),
    await call('resume_thread', { thread_id: child.id, additional_prompt: 'more' }, agent),
  ]) {
    assert.deepEqual([reply.ok, !reply.ok && reply.error.code], [false, 'cancelled']);
  }
});

test('a cancel that comes to the journal behind the end of the turn is a conflict', async t => {
  const { store, call, interrupted } = await makeToolHarness(t);
  const thread = await startedBy(call('spawn_thread', spawn));
  await prepare(store, thread);
  const [, reply] = await Promise.all([end(store, thread), call('cancel_thread', { thread_id: thread.id })]);
  assert.equal(store.get(thread.id)?.state, 'completed');
  assert.deepEqual([reply.ok, !reply.ok && reply.error.code], [false, 'conflict']);
  assert.deepEqual(interrupted, []);
});

test('a cancel that comes to the journal ahead of the end of the turn cancels', async t => {
  const { store, call, interrupted } = await makeToolHarness(t);
  const thread = await startedBy(call('spawn_thread', spawn));
  await prepare(store, thread);
  const [reply] = await Promise.all([call('cancel_thread', { thread_id: thread.id }), end(store, thread)]);
  assert.equal(store.get(thread.id)?.state, 'cancelled');
  assert.equal(reply.ok, true);
  assert.deepEqual(interrupted, [thread.id]);
});
