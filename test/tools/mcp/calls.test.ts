import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { madeBy } from '../../../src/core/callKeys.ts';
import { waitFor } from '../../support/waitFor.ts';
import { end } from '../toolHarness.ts';
import { blocksOf, callBody, enter, makeDoors, raw } from './doorsHarness.ts';

async function makeMaster(t: TestContext, options: Parameters<typeof makeDoors>[1] = {}) {
  const made = await makeDoors(t, options);
  const master = await made.spawn({ role: 'master' });
  const endpoint = made.doors.open(master.id);
  return { ...made, master, endpoint, client: await enter(t, endpoint) };
}

const list = callBody('list_threads', {});
const task = { task_name: 'child', provider: 'codex', prompt: 'work' };

// The CLIs speak the first; the other is the protocol's newest, without a handshake.
for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
  test(`a long call tells its progress to a client that asked for it, and ends with its result (${JSON.stringify(mode)})`, async t => {
    const { endpoint, master, store } = await makeMaster(t, { progressMs: 5 });
    const client = await enter(t, endpoint, { versionNegotiation: { mode } });
    const told: number[] = [];
    const { promise: twice, resolve } = Promise.withResolvers<void>();
    const waiting = client.callTool(
      { name: 'wait_threads', arguments: { thread_ids: [master.id] } },
      { onprogress: ({ progress }) => void (told.push(progress) === 2 && resolve()) },
    );
    await twice;
    await end(store, master);
    assert.equal((await waiting).isError, false);
    assert.deepEqual(told.slice(0, 2), [1, 2]);
  });
}

test('an agent waits 45 s with one call, whoever it is', async t => {
  const { doors, master, store } = await makeMaster(t);
  for (const endpoint of [doors.open(master.id), doors.openOutside()]) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    // By then the timer of the wait runs.
    const { promise: waits, resolve } = Promise.withResolvers<void>();
    const onCommit = store.onCommit.bind(store);
    const listening = t.mock.method(store, 'onCommit', (listener: Parameters<typeof onCommit>[0]) => {
      resolve();
      return onCommit(listener);
    });
    let isOver = false;
    const body = callBody('wait_threads', { thread_ids: [master.id], timeout_s: 24 * 3600 });
    const reply = raw(endpoint, { body }).finally(() => {
      isOver = true;
    });
    await waits;
    t.mock.timers.tick(44_999);
    await raw(endpoint, { body: list });
    assert.equal(isOver, false);
    t.mock.timers.tick(1);
    assert.match((await reply).text, /One call waits 45 s at most/);
    listening.mock.restore();
    t.mock.timers.reset();
  }
});

test('a call that the client repeats makes no second thread; another call, turn or thread does', async t => {
  const { client, doors, spawn, store } = await makeMaster(t);
  const children = () =>
    [...store.threads().values()].filter(({ task_name }) => task_name === 'child').length;
  const call = (id: string, from = client, args: object = task) =>
    from.callTool({
      name: 'spawn_thread',
      arguments: { ...args },
      _meta: { 'claudecode/toolUseId': id },
    });
  const first = blocksOf(await call('toolu_1')).first as { thread_id: string; repeated: boolean };
  const again = blocksOf(await call('toolu_1')).first as { thread_id: string; repeated: boolean };
  assert.deepEqual([first.repeated, again.repeated], [false, true]);
  assert.equal(again.thread_id, first.thread_id);
  assert.equal(children(), 1);
  // One call of a model that makes two of ours: other arguments are another call.
  await call('toolu_1', client, { ...task, prompt: 'other work' });
  assert.equal(children(), 2);
  await call('toolu_2');
  assert.equal(children(), 3);
  const other = await enter(t, doors.open((await spawn({ role: 'master' })).id));
  await call('toolu_1', other);
  assert.equal(children(), 4);
});

test('the same id of a call in the next turn is another call', async t => {
  const { client, master, call, store, doors } = await makeMaster(t);
  const spawnOne = (from = client) =>
    from.callTool({ name: 'spawn_thread', arguments: task, _meta: { callId: 'call_1', itemId: 'item_1' } });
  const first = blocksOf(await spawnOne()).first as { thread_id: string };
  await end(store, master);
  await call('resume_thread', { thread_id: master.id, additional_prompt: 'more' });
  const turn = store.get(master.id)?.queue[0]?.id ?? '';
  await store.commit([{ thread: master.id, change: { type: 'turn.preparing', turn_id: turn } }]);
  const second = blocksOf(await spawnOne(await enter(t, doors.open(master.id)))).first as {
    thread_id: string;
    repeated: boolean;
  };
  assert.equal(second.repeated, false);
  assert.notEqual(second.thread_id, first.thread_id);
});

test('a message that the client repeats is sent once, and a key of the model’s own counts over the call’s', async t => {
  const { client, store } = await makeMaster(t);
  const child = blocksOf(await client.callTool({ name: 'spawn_thread', arguments: task })).first as {
    thread_id: string;
  };
  const send = (args: object) =>
    client.callTool({
      name: 'send_message',
      arguments: { thread_id: child.thread_id, text: 'look', ...args },
      _meta: { 'claudecode/toolUseId': 'toolu_1' },
    });
  await send({});
  await send({});
  assert.equal(store.get(child.thread_id)?.inbox.length, 1);
  await send({ idempotency_key: 'mine' });
  assert.equal(store.get(child.thread_id)?.inbox.length, 2);
  assert.ok(madeBy(store.get(child.thread_id)?.message_keys ?? {}, 'mine'));
});

/** How many requests have come in. */
function countCalls() {
  const calls = { begun: 0 };
  const onServe = () => {
    calls.begun += 1;
  };
  return { calls, onServe };
}

test('more calls at once than an agent may have are refused with a code, and the others go on', async t => {
  const { calls, onServe } = countCalls();
  const { endpoint, master, store } = await makeMaster(t, { perToken: 2, onServe });
  const wait = callBody('wait_threads', { thread_ids: [master.id] });
  const before = calls.begun;
  const waiting = [raw(endpoint, { body: wait }), raw(endpoint, { body: wait })];
  await waitFor('both to wait', () => calls.begun === before + 2);
  const refused = await raw(endpoint, { body: list });
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
  assert.match(refused.text, /"code":"limit_reached".*"retryable":true/);
  await end(store, master);
  for (const reply of await Promise.all(waiting)) assert.match(reply.text, /\\"timed_out\\":false/);
  assert.equal((await raw(endpoint, { body: list })).status, 200);
});

test('the limit on all calls holds for every agent', async t => {
  const { calls, onServe } = countCalls();
  const { endpoint, master, spawn, doors, store } = await makeMaster(t, { inAll: 1, onServe });
  const other = doors.open((await spawn()).id);
  const before = calls.begun;
  const waiting = raw(endpoint, { body: callBody('wait_threads', { thread_ids: [master.id] }) });
  await waitFor('it to wait', () => calls.begun > before);
  assert.equal((await raw(other, { body: list })).status, 429);
  await end(store, master);
  assert.equal((await waiting).status, 200);
});

test('a call ends when its client goes away or its door is shut, and makes room', async t => {
  const { calls, onServe } = countCalls();
  const { endpoint, master, doors, log } = await makeMaster(t, { perToken: 1, onServe });
  const isFull = async () => (await raw(endpoint, { body: list })).status === 429;
  const aborter = new AbortController();
  const body = callBody('wait_threads', { thread_ids: [master.id] });
  const empty = calls.begun;
  const leaving = raw(endpoint, { body, signal: aborter.signal });
  leaving.catch(() => undefined);
  await waitFor('it to wait', () => calls.begun > empty);
  assert.equal(await isFull(), true);
  aborter.abort();
  await assert.rejects(leaving);
  await waitFor('room', async () => !(await isFull()));
  const before = calls.begun;
  const cut = raw(endpoint, { body });
  cut.catch(() => undefined);
  await waitFor('the next one to wait', () => calls.begun > before);
  doors.shut(endpoint);
  await assert.rejects(cut);
  assert.deepEqual(log, []);
});
