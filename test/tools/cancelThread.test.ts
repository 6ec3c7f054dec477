import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasDueWords } from '../../src/core/delivery.ts';
import { end, makeToolHarness, prepare, startedBy } from './toolHarness.ts';

const worker = { task_name: 'w', provider: 'codex', prompt: 'go' };

test('a second cancel of what has not ended yet is no second news for the master', async t => {
  const { store, call } = await makeToolHarness(t);
  const master = await startedBy(call('spawn_thread', { ...worker, role: 'master' }));
  await prepare(store, master);
  const asMaster = { kind: 'agent', place: 'thread', thread: master.id, why: 'the test says so' } as const;
  const one = await startedBy(call('spawn_thread', worker, asMaster));
  await prepare(store, one);
  const news = () => store.get(master.id)?.inbox.map(({ outcome }) => outcome);
  assert.ok((await call('cancel_thread', { thread_id: one.id })).ok);
  assert.ok((await call('cancel_thread', { thread_id: one.id })).ok);
  assert.deepEqual(news(), ['cancelled']);
  // What was resumed since is another wish.
  assert.ok((await call('resume_thread', { thread_id: one.id, additional_prompt: 'again' }, asMaster)).ok);
  assert.ok((await call('cancel_thread', { thread_id: one.id })).ok);
  assert.deepEqual(news()?.length, 2);
});

test('what is due with words that were just sent can be cancelled, and does not start', async t => {
  const { store, call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', worker));
  await prepare(store, one);
  await end(store, one);
  assert.equal((await call('cancel_thread', { thread_id: one.id })).ok, false);
  await call('send_message', { thread_id: one.id, text: 'Do more.' });
  assert.ok((await call('cancel_thread', { thread_id: one.id })).ok);
  const thread = store.get(one.id);
  assert.ok(thread);
  assert.deepEqual([thread.state, hasDueWords(thread)], ['cancelled', false]);
});
