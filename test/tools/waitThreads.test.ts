import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolOutput } from '../../src/contracts/tools.ts';
import { end, makeToolHarness, prepare, startedBy } from './toolHarness.ts';

test('a thread whose next turn was cancelled in the queue is news to one who has heard of it before', async t => {
  const { store, call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  const other = await startedBy(call('spawn_thread', { task_name: 'b', provider: 'codex', prompt: 'go' }));
  const wait = async (cursor?: string) => {
    const ids = [one.id, other.id];
    const reply = await call('wait_threads', { thread_ids: ids, until: 'any', timeout_s: 1, cursor });
    assert.ok(reply.ok);
    return reply.result as ToolOutput<'wait_threads'>;
  };
  await prepare(store, one);
  await end(store, one);
  const first = await wait();
  assert.deepEqual([first.finished.map(({ state }) => state), first.timed_out], [['completed'], false]);
  await call('resume_thread', { thread_id: one.id, additional_prompt: 'more' });
  await call('cancel_thread', { thread_id: one.id });
  const second = await wait(first.cursor);
  assert.deepEqual([second.finished.map(({ state }) => state), second.timed_out], [['cancelled'], false]);
  assert.deepEqual(second.still_running, [other.id]);
});

test('a person waits as long as they say', async t => {
  const { store, call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const waiting = call('wait_threads', { thread_ids: [one.id], timeout_s: 24 * 3600 });
  t.mock.timers.tick(24 * 3600 * 1000 - 1);
  t.mock.timers.reset();
  await prepare(store, one);
  await end(store, one);
  const reply = await waiting;
  assert.ok(reply.ok);
  const { timed_out, note } = reply.result as ToolOutput<'wait_threads'>;
  assert.deepEqual([timed_out, note], [false, undefined]);
});

const why = 'the test says so';
test('an agent’s wait is cut, and goes on with the cursor of its reply', async t => {
  const { call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  const agents = [
    { kind: 'agent', place: 'thread', thread: one.id, why },
    { kind: 'agent', place: 'outside', why },
  ] as const;
  for (const agent of agents) {
    const wait = async (more: object, afterMs: number) => {
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const args = { thread_ids: [one.id], timeout_s: 24 * 3600, ...more };
      const waiting = call('wait_threads', args, agent);
      t.mock.timers.tick(afterMs);
      t.mock.timers.reset();
      const reply = await waiting;
      assert.ok(reply.ok);
      return reply.result as ToolOutput<'wait_threads'>;
    };
    const cut = await wait({}, 45_000);
    assert.deepEqual([cut.timed_out, cut.still_running], [true, [one.id]]);
    const note = 'One call waits 45 s at most. To wait on, call wait_threads again with this `cursor`.';
    assert.equal(cut.note, note);
    assert.equal((await wait({ cursor: cut.cursor }, 45_000)).note, note);
    // What had no more time to it needs no note.
    assert.equal((await wait({ timeout_s: 45 }, 45_000)).note, undefined);
  }
});

test('an agent hears at once of what ends before its wait is cut', async t => {
  const { store, call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  const args = { thread_ids: [one.id], timeout_s: 3600 };
  const waiting = call('wait_threads', args, { kind: 'agent', place: 'outside', why });
  await prepare(store, one);
  await end(store, one);
  const reply = await waiting;
  assert.ok(reply.ok);
  const { finished, timed_out, note } = reply.result as ToolOutput<'wait_threads'>;
  assert.deepEqual(
    [finished.map(({ thread_id }) => thread_id), timed_out, note],
    [[one.id], false, undefined],
  );
});

test('a thread that was answered, or got a message at rest, is not at rest: its next turn is due', async t => {
  const { store, call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  const wait = async (cursor?: string) => {
    const reply = await call('wait_threads', { thread_ids: [one.id], until: 'all', timeout_s: 0, cursor });
    assert.ok(reply.ok);
    return reply.result as ToolOutput<'wait_threads'>;
  };
  await prepare(store, one);
  const asked = await call(
    'ask',
    { question: 'Which?' },
    { kind: 'agent', place: 'thread', thread: one.id, why },
  );
  assert.ok(asked.ok);
  const { request_id } = asked.result as ToolOutput<'ask'>;
  await end(store, one);
  const { cursor, waiting } = await wait();
  assert.equal(waiting.length, 1);
  const answered = await call('answer_thread', { thread_id: one.id, request_id, answers: ['Blue'] });
  assert.ok(answered.ok);
  assert.equal((answered.result as ToolOutput<'answer_thread'>).state, 'queued');
  const after = await wait(cursor);
  assert.deepEqual([after.finished, after.still_running, after.timed_out], [[], [one.id], true]);

  const other = await startedBy(call('spawn_thread', { task_name: 'b', provider: 'codex', prompt: 'go' }));
  await prepare(store, other);
  await end(store, other);
  await call('send_message', { thread_id: other.id, text: 'Do more.' });
  const sent = await call('wait_threads', { thread_ids: [other.id], timeout_s: 0 });
  assert.ok(sent.ok);
  assert.deepEqual((sent.result as ToolOutput<'wait_threads'>).still_running, [other.id]);
});
