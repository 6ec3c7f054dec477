import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaveQuestion } from '../../src/tools/leaveQuestion.ts';
import { end, makeToolHarness, prepare, startedBy } from './toolHarness.ts';

const question = { question: 'Which database?\nIt is for the users.', options: [], multiple: false };

test('a question left behind holds nothing up, makes the thread wait after its turn, and its answer is a message', async t => {
  const { store, call } = await makeToolHarness(t);
  const started = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  await prepare(store, started);
  const id = await leaveQuestion(store, { thread: started.id, turnId: started.turn, question });
  assert.equal(store.get(started.id)?.state, 'preparing');
  await end(store, started);
  const thread = store.get(started.id);
  assert.deepEqual(
    [thread?.state, thread?.reason],
    ['waiting_input', 'Which database? It is for the users.'],
  );
  await call('answer_thread', { thread_id: started.id, request_id: id, answers: ['pg'] });
  assert.deepEqual(
    store.get(started.id)?.inbox.map(({ kind, request_id }) => [kind, request_id]),
    [['answer', id]],
  );
});

test('a turn that has ended leaves no question', async t => {
  const { store, call } = await makeToolHarness(t);
  const started = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  await prepare(store, started);
  await end(store, started);
  assert.equal(await leaveQuestion(store, { thread: started.id, turnId: started.turn, question }), undefined);
  assert.deepEqual(store.get(started.id)?.requests, []);
});

test('a question is at most 20,000 characters: a longer ask is refused, a longer one of a provider cut', async t => {
  const { store, call } = await makeToolHarness(t);
  const started = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  await prepare(store, started);
  const caller = { kind: 'agent', place: 'thread', thread: started.id, why: 'the test says so' } as const;
  const refused = await call('ask', { question: 'x'.repeat(20_001) }, caller);
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, 'invalid_arguments');
  assert.match(refused.error.message, /a question of at most 20000 characters/);
  assert.ok((await call('ask', { question: 'x'.repeat(20_000) }, caller)).ok);
  const long = { ...question, question: 'x'.repeat(3_000_000) };
  await leaveQuestion(store, { thread: started.id, turnId: started.turn, question: long });
  const [, cut] = store.get(started.id)?.requests ?? [];
  assert.equal(cut?.questions[0]?.question, `${'x'.repeat(20_000)}\n…`);
  assert.ok(cut !== undefined && 'file' in cut.detail && cut.detail.length === 3_000_000);
  assert.ok(JSON.stringify(await call('list_threads', {})).length < 10_000);
});
