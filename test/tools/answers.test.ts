import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { messagesMoved } from '../../src/core/messagesMoved.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { asked, requestId } from '../core/changes.ts';
import { end, makeToolHarness, prepare, startedBy } from './toolHarness.ts';

const asThread = (thread: ThreadId): Caller => ({ kind: 'agent', place: 'thread', thread, why: 'test' });

/** A master with a running worker. */
async function makeFamily(t: TestContext) {
  const harness = await makeToolHarness(t);
  const { call, store } = harness;
  const spawn = async (args: object, caller?: Caller) => {
    const started = await startedBy(
      call('spawn_thread', { provider: 'codex', prompt: 'go', ...args }, caller),
    );
    await prepare(store, started);
    return started;
  };
  const master = await spawn({ task_name: 'master', role: 'master' });
  const worker = await spawn({ task_name: 'worker' }, asThread(master.id));
  const sibling = await spawn({ task_name: 'sibling' }, asThread(master.id));
  const open = (more: object = {}) => store.commit([{ thread: worker.id, change: asked(worker.turn, more) }]);
  const answer = (args: object, caller?: Caller) =>
    call('answer_thread', { thread_id: worker.id, request_id: requestId, ...args }, caller);
  const inbox = (id: ThreadId) => store.get(id)?.inbox ?? [];
  return { ...harness, master, worker, sibling, open, answer, inbox };
}

const question = {
  kind: 'question' as const,
  questions: [{ question: 'Which?', options: [], multiple: false }],
};
const refused = (code: string) => ({ ok: false, error: { code } });

test('a permission is the person’s to give, whatever agent asks', async t => {
  const { open, answer, master, worker, sibling, store } = await makeFamily(t);
  await open();
  for (const { id } of [master, worker, sibling]) {
    assert.partialDeepStrictEqual(
      await answer({ decision: 'allow' }, asThread(id)),
      refused('permission_denied'),
      id,
    );
  }
  const outside = { kind: 'agent', place: 'outside', why: 'test' } as const;
  assert.partialDeepStrictEqual(await answer({ decision: 'allow' }, outside), refused('permission_denied'));
  assert.equal(store.get(worker.id)?.state, 'waiting_permission');
  assert.partialDeepStrictEqual(await answer({ decision: 'allow' }), {
    ok: true,
    result: { state: 'running' },
  });
});

test('a question is answered once, by whoever is first', async t => {
  const { open, answer, master, worker, sibling, store } = await makeFamily(t);
  await open(question);
  for (const { id } of [worker, sibling]) {
    assert.partialDeepStrictEqual(
      await answer({ answers: ['a'] }, asThread(id)),
      refused('permission_denied'),
    );
  }
  const both = await Promise.all([
    answer({ answers: ['from the master'] }, asThread(master.id)),
    answer({ answers: ['from the person'] }),
  ]);
  assert.deepEqual(
    both.map(({ ok }) => ok),
    [true, false],
  );
  assert.partialDeepStrictEqual(both[1], refused('conflict'));
  assert.equal(store.get(worker.id)?.state, 'running');
});

test('an answer has the form of what was asked', async t => {
  const { open, answer } = await makeFamily(t);
  await open();
  for (const args of [
    {},
    { answers: ['yes'] },
    { decision: 'allow', reason: 'because' },
    { decision: 'allow_thread' },
    { decision: 'maybe' },
  ]) {
    assert.partialDeepStrictEqual(await answer(args), refused('invalid_arguments'), JSON.stringify(args));
  }
  assert.partialDeepStrictEqual(await answer({ decision: 'deny', reason: 'No.' }), { ok: true });
});

test('a question wants one answer for each part of it', async t => {
  const { open, answer } = await makeFamily(t);
  await open(question);
  for (const args of [{ decision: 'allow' }, { answers: [] }, { answers: ['a', 'b'] }]) {
    assert.partialDeepStrictEqual(await answer(args), refused('invalid_arguments'), JSON.stringify(args));
  }
});

test('a question that was left behind is answered by a message', async t => {
  const { call, master, worker, store, answer, inbox } = await makeFamily(t);
  const asking = await call('ask', { question: 'pg or sqlite?' }, asThread(worker.id));
  assert.ok(asking.ok);
  const [request] = store.get(worker.id)?.requests ?? [];
  assert.equal(request?.detached, true);
  assert.partialDeepStrictEqual(inbox(master.id), [
    { kind: 'child_waits', request_id: request.id, state: 'queued' },
  ]);
  const reply = await answer({ request_id: request.id, answers: ['pg'] });
  assert.ok(reply.ok, JSON.stringify(reply));
  assert.partialDeepStrictEqual(inbox(worker.id), [
    { kind: 'answer', origin: 'person', text: { text: 'pg' }, request_id: request.id },
  ]);
});

test('a thread at rest that gets another prompt waits for no answer to what it had asked', async t => {
  const { call, worker, store } = await makeFamily(t);
  await call('ask', { question: 'pg or sqlite?' }, asThread(worker.id));
  await end(store, worker);
  assert.equal(store.get(worker.id)?.state, 'waiting_input');
  await call('resume_thread', { thread_id: worker.id, additional_prompt: 'Take pg.' });
  assert.deepEqual(store.get(worker.id)?.requests, []);
  assert.equal(store.get(worker.id)?.state, 'queued');
});

test('ask and report are for agents that run, of themselves', async t => {
  const { call, worker, store } = await makeFamily(t);
  for (const tool of ['ask', 'report']) {
    const args = tool === 'ask' ? { question: 'Which?' } : { summary: 'Done.' };
    assert.partialDeepStrictEqual(await call(tool, args), refused('permission_denied'), tool);
  }
  const report = {
    summary: 'All green.',
    outcome: 'done',
    files: ['a.ts'],
    checks: [{ name: 'test', passed: true }],
  };
  assert.partialDeepStrictEqual(await call('report', report, asThread(worker.id)), { ok: true });
  assert.partialDeepStrictEqual(store.get(worker.id)?.report, {
    kind: 'result',
    turn_id: worker.turn,
    outcome: 'done',
  });
  assert.partialDeepStrictEqual(await call('get_thread', { thread_id: worker.id }), {
    ok: true,
    result: { thread: { report } },
  });
});

test('a worker writes to its parent and to nobody else above or beside it', async t => {
  const { call, master, worker, sibling, inbox } = await makeFamily(t);
  const send = (thread_id: ThreadId, from: ThreadId) =>
    call('send_message', { thread_id, text: 'hello' }, asThread(from));
  assert.partialDeepStrictEqual(await send(sibling.id, worker.id), refused('permission_denied'));
  assert.partialDeepStrictEqual(await send(worker.id, worker.id), refused('invalid_arguments'));
  assert.partialDeepStrictEqual(await send(master.id, worker.id), { ok: true, result: { state: 'queued' } });
  assert.partialDeepStrictEqual(inbox(master.id), [{ from: worker.id, origin: 'agent', kind: 'message' }]);
});

test('a message with a key is sent once', async t => {
  const { call, worker, inbox } = await makeFamily(t);
  const send = (text: string) => call('send_message', { thread_id: worker.id, text, idempotency_key: 'k' });
  const [one, two] = await Promise.all([send('hello'), send('hello')]);
  assert.ok(one.ok && two.ok);
  assert.partialDeepStrictEqual(one.result, { repeated: false });
  assert.partialDeepStrictEqual(two.result, { repeated: true });
  assert.partialDeepStrictEqual(await send('something else'), refused('conflict'));
  assert.equal(inbox(worker.id).length, 1);
});

test('a wait ends when a thread begins to wait for an answer, and tells it once', async t => {
  const { call, worker, open, master } = await makeFamily(t);
  const wait = (cursor?: string) =>
    call(
      'wait_threads',
      { thread_ids: [worker.id], until: 'all', timeout_s: cursor === undefined ? 30 : 0, cursor },
      asThread(master.id),
    );
  const waiting = wait();
  await open();
  const reply = await waiting;
  assert.ok(reply.ok);
  const { cursor } = reply.result as { cursor: string };
  assert.partialDeepStrictEqual(reply.result, { waiting: [{ thread_id: worker.id }], timed_out: false });
  assert.partialDeepStrictEqual(await wait(cursor), { ok: true, result: { waiting: [], timed_out: true } });
});

test('only a person starts a master, and a program is none', async t => {
  const { call, master } = await makeFamily(t);
  const spawn = (args: object, caller?: Caller) =>
    call(
      'spawn_thread',
      { task_name: 'm', provider: 'codex', prompt: 'go', role: 'master', ...args },
      caller,
    );
  assert.partialDeepStrictEqual(await spawn({}, asThread(master.id)), refused('permission_denied'));
  assert.partialDeepStrictEqual(await spawn({ provider: 'command' }), refused('invalid_arguments'));
});

test('a repeat tells what became of a message that has left the inbox', async t => {
  const { call, store, sibling } = await makeFamily(t);
  const send = (text: string, key: string) =>
    call('send_message', { thread_id: sibling.id, text, idempotency_key: key });
  const first = await send('first', 'first');
  const { message_id } = (first.ok ? first.result : {}) as { message_id: string };
  const settle = async (to: 'unknown' | 'acknowledged') => {
    const queued = store.get(sibling.id)?.inbox.filter(({ state }) => state === 'queued') ?? [];
    await store.commit([{ thread: sibling.id, change: messagesMoved(queued, to, { reason: 'a test' }) }]);
  };
  await settle('unknown');
  for (let count = 0; count < 120; count += 1) {
    await send('more', `more ${count}`);
    await settle('unknown');
  }
  assert.equal(
    store.get(sibling.id)?.inbox.some(({ id }) => id === message_id),
    false,
  );
  assert.partialDeepStrictEqual(await send('first', 'first'), {
    ok: true,
    result: { message_id, repeated: true, state: 'unknown' },
  });
});

test('an agent that is no thread lets no thread with full access go on', async t => {
  const { call, store, inbox } = await makeFamily(t);
  const full = await startedBy(
    call('spawn_thread', { task_name: 'full', provider: 'codex', prompt: 'go', permission_mode: 'full' }),
  );
  await prepare(store, full);
  await store.commit([{ thread: full.id, change: asked(full.turn, question) }]);
  const outside: Caller = { kind: 'agent', place: 'outside', why: 'test' };
  const answer = { thread_id: full.id, request_id: requestId, answers: ['a'] };
  assert.partialDeepStrictEqual(await call('answer_thread', answer, outside), refused('permission_denied'));
  assert.deepEqual([store.get(full.id)?.state, inbox(full.id)], ['waiting_input', []]);
  assert.partialDeepStrictEqual(await call('answer_thread', answer), { ok: true });
});

test('a master hears of a cancel by anybody but itself', async t => {
  const { call, store, master, worker, sibling, inbox } = await makeFamily(t);
  const outside: Caller = { kind: 'agent', place: 'outside', why: 'test' };
  await call('cancel_thread', { thread_id: sibling.id }, asThread(master.id));
  assert.deepEqual(inbox(master.id), []);
  await call('cancel_thread', { thread_id: worker.id }, outside);
  assert.equal(store.get(worker.id)?.cancel_requested, true);
  assert.partialDeepStrictEqual(inbox(master.id), [
    {
      kind: 'child_ended',
      from: worker.id,
      outcome: 'cancelled',
      text: { text: 'Another agent cancelled it.' },
    },
  ]);
});
