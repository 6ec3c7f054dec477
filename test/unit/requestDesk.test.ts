import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { makeMaster } from './masterHarness.ts';

test('a question waits for its answer, which comes to the agent, and meanwhile holds no slot', async t => {
  const { master, start, turnOf, child, call, store, state } = await makeMaster(t, {
    settings: { max_running: 1 },
  });
  const turn = await start(master);
  const worker = await child('one');
  const stop = new AbortController();
  const asked = turn.sink.question(
    { questions: [{ question: 'Which?', options: [], multiple: false }] },
    stop.signal,
  );
  await waitFor('the question', () => state(master) === 'waiting_input');
  await turnOf(worker);
  const [request] = store.get(master)?.requests ?? [];
  const reply = await call('answer_thread', {
    thread_id: master,
    request_id: request?.id,
    answers: ['the second'],
  });
  assert.ok(reply.ok);
  assert.deepEqual(await asked, { answers: ['the second'] });
  assert.equal(state(master), 'running');
});

test('a permission is given once or for the thread, or refused with the person’s reason', async t => {
  const { master, start, call, store } = await makeMaster(t);
  const turn = await start(master);
  const { signal } = new AbortController();
  const ask = (subject: string) =>
    turn.sink.permission({ tool: 'Bash', detail: subject, rule: { tool: 'Bash', subject } }, signal);
  const answer = async (args: object) => {
    const request = await waitFor('the request', () => store.get(master)?.requests[0]);
    await call('answer_thread', { thread_id: master, request_id: request.id, ...args });
  };
  const denied = ask('rm x');
  await answer({ decision: 'deny', reason: 'Keep x.' });
  assert.deepEqual(await denied, { allow: false, reason: 'Keep x.' });
  const allowed = ask('npm test');
  await answer({ decision: 'allow_thread' });
  assert.deepEqual(await allowed, { allow: true });
  assert.deepEqual(await ask('npm test'), { allow: true });
  const other = ask('npm publish');
  await answer({ decision: 'allow' });
  assert.deepEqual(await other, { allow: true });
});

test('a request that nobody needs any more is closed, and its answer is a conflict', async t => {
  const { master, start, call, store, state } = await makeMaster(t);
  const turn = await start(master);
  const stop = new AbortController();
  const asked = turn.sink.permission({ tool: 'Bash', detail: 'x' }, stop.signal);
  const request = await waitFor('the request', () => store.get(master)?.requests[0]);
  stop.abort();
  await assert.rejects(asked, { code: 'cancelled' });
  assert.equal(state(master), 'running');
  const late = await call('answer_thread', {
    thread_id: master,
    request_id: request.id,
    decision: 'allow',
  });
  assert.partialDeepStrictEqual(late, { ok: false, error: { code: 'conflict' } });
});
