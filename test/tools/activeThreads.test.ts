import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restStates } from '../../src/contracts/thread.ts';
import { followActive } from '../../src/tools/followActive.ts';
import { end, makeToolHarness, prepare, startedBy } from './toolHarness.ts';

const spawn = { task_name: 'a', provider: 'codex', prompt: 'go' };

test('the active threads are those that are not at rest, after every change and after a restart', async t => {
  const { store, host, call, open } = await makeToolHarness(t);
  const expectSame = () =>
    assert.deepEqual(
      [...host.active.values()],
      [...store.threads().values()].filter(({ state }) => !restStates.has(state)),
    );
  const one = await startedBy(call('spawn_thread', spawn));
  const two = await startedBy(call('spawn_thread', spawn));
  expectSame();
  await prepare(store, one);
  expectSame();
  await end(store, one);
  expectSame();
  assert.deepEqual([...host.active.keys()], [two.id]);
  const again = await startedBy(call('resume_thread', { thread_id: one.id, additional_prompt: 'more' }));
  assert.equal(host.active.size, 2);
  await call('cancel_thread', { thread_id: two.id });
  expectSame();
  await prepare(store, again);
  await store.close();
  assert.deepEqual([...followActive(await open()).keys()], [one.id]);
});

test('a thread whose next turn is due with what it was told is active, as it may be all that its master waits for', async t => {
  const { store, host, call } = await makeToolHarness(t);
  const one = await startedBy(call('spawn_thread', spawn));
  await prepare(store, one);
  await end(store, one);
  assert.equal(host.active.size, 0);
  assert.ok((await call('send_message', { thread_id: one.id, text: 'Do more.' })).ok);
  assert.deepEqual([...host.active.keys()], [one.id]);
});

test('a list names the place of each queued thread, the fleet line counts all', async t => {
  const { store, call } = await makeToolHarness(t);
  const started = [];
  for (let count = 0; count < 4; count += 1) started.push(await startedBy(call('spawn_thread', spawn)));
  const [first, second, third, fourth] = started;
  if (first !== undefined) await prepare(store, first);
  const reply = await call('list_threads', {});
  assert.ok(reply.ok);
  const { threads, fleet } = reply.result as {
    threads: { thread_id: string; queue_position?: number }[];
    fleet: object;
  };
  const places = new Map(threads.map(({ thread_id, queue_position }) => [thread_id, queue_position]));
  assert.deepEqual(
    [first, second, third, fourth].map(one => places.get(one?.id ?? '')),
    [undefined, 1, 2, 3],
  );
  assert.deepEqual(fleet, { running: 1, queued: 3, waiting: 0, capacity: 2 });
});

test('a prompt longer than any request may be is refused with the next step, one of 2 MB is taken', async t => {
  const { call } = await makeToolHarness(t);
  const long = await call('spawn_thread', { ...spawn, prompt: 'x'.repeat(10_000_001) });
  assert.ok(!long.ok && long.error.code === 'invalid_arguments' && /into a file/.test(long.error.message));
  assert.ok((await call('spawn_thread', { ...spawn, prompt: 'x'.repeat(2_000_000) })).ok);
});
