import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Caller } from '../../src/tools/toolContext.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeRunner } from './runnerHarness.ts';

const question = { question: 'Which database?', options: [], multiple: false };

/** A master in its first turn, in which it asks. */
async function makeAsking(t: TestContext) {
  const parts = await makeRunner(t);
  const { begun, spawn, store } = parts;
  const id = await spawn({ role: 'master' });
  const take = async (nth: number) => {
    const turn = await waitFor(`turn ${nth}`, () => begun[nth - 1]);
    await turn.sink.sessionBound({ id: 's' });
    await turn.sink.promptSending();
    await turn.sink.turnStarted();
    return turn;
  };
  const first = await take(1);
  const ask = () => first.sink.leaveQuestion?.(question);
  const open = () => store.get(id)?.requests.length;
  const waits = () => waitFor('the thread to wait', () => parts.state(id) === 'waiting_input');
  return { ...parts, id, first, take, ask, open, waits };
}

test('words to a thread that waits with its question are the answer, as its next prompt is', async t => {
  for (const [tool, words] of [
    ['send_message', 'text'],
    ['resume_thread', 'additional_prompt'],
  ] as const) {
    const { call, runner, id, first, take, ask, open, waits, state } = await makeAsking(t);
    await ask();
    first.end({ outcome: 'completed' });
    await waits();
    await call(tool, { thread_id: id, [words]: 'Take sqlite' });
    runner.pump();
    const second = await take(2);
    assert.equal(second.request.prompt, 'Take sqlite');
    assert.equal(open(), 0);
    second.end({ outcome: 'completed' });
    await waitFor('its rest', () => state(id) === 'idle');
  }
});

test('a prompt that comes while the turn which asks goes on closes its question, too', async t => {
  const { call, runner, id, first, take, ask, open, state } = await makeAsking(t);
  await ask();
  await call('resume_thread', { thread_id: id, additional_prompt: 'Take sqlite' });
  assert.equal(open(), 0);
  first.end({ outcome: 'completed' });
  await waitFor('its end', () => state(id) === 'queued' || state(id) === 'preparing');
  runner.pump();
  (await take(2)).end({ outcome: 'completed' });
  await waitFor('its rest', () => state(id) === 'idle');
});

test('what was said before the question, or comes from below, answers nothing', async t => {
  const { call, runner, store, begun, id, first, take, ask, open, waits, state } = await makeAsking(t);
  const asMaster: Caller = { kind: 'agent', place: 'thread', thread: id, why: 'the test says so' };
  await call('spawn_thread', { task_name: 'w', provider: 'codex', prompt: 'work' }, asMaster);
  runner.pump();
  const worker = await waitFor('the worker', () => begun[1]?.request.threadId);
  await call('send_message', { thread_id: id, text: 'Be brief', when: 'turn_end' });
  const { queued_at } = store.get(id)?.inbox[0] ?? {};
  await waitFor('the clock', () => new Date().toISOString() > (queued_at ?? ''));
  await ask();
  first.end({ outcome: 'completed' });
  const second = await take(3);
  assert.deepEqual([second.request.prompt, open()], ['Be brief', 1]);
  second.end({ outcome: 'completed' });
  await waits();
  const asWorker: Caller = { ...asMaster, thread: worker ?? '' };
  await call('send_message', { thread_id: id, text: 'Half of it stands' }, asWorker);
  const third = await take(4);
  assert.match(third.request.prompt, /Half of it stands/);
  assert.equal(open(), 1);
  // Nor do words to a turn that is open.
  await call('send_message', { thread_id: id, text: 'Go on', when: 'now' });
  assert.equal(open(), 1);
  third.end({ outcome: 'completed' });
  assert.equal((await take(5)).request.prompt, 'Go on');
  assert.deepEqual([open(), state(id)], [0, 'running']);
});
