import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ToolOutput } from '../../src/contracts/tools.ts';
import { callTool } from '../../src/tools/callTool.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeRunner } from './runnerHarness.ts';

/** A master that works, alone in the only slot, with two workers that it has spawned. */
async function makeCrampedFleet(t: TestContext) {
  const { host, runner, begun, spawn, call, store, state } = await makeRunner(t, {
    settings: { max_running: 1 },
  });
  const master = await spawn({ role: 'master' });
  await waitFor('the master', () => begun.length === 1);
  const caller = { kind: 'agent', place: 'thread', thread: master, why: 'the test says so' } as const;
  for (const task_name of ['w1', 'w2']) {
    await call('spawn_thread', { task_name, provider: 'codex', prompt: 'work' }, caller);
  }
  const workers = [...store.threads().values()].filter(({ parent_id }) => parent_id === master);
  const wait = async (args: object, signal = new AbortController().signal) => {
    const context = { ...host, stepAside: (id: string) => runner.stepAside(id), caller, signal };
    return callTool('wait_threads', { thread_ids: workers.map(({ id }) => id), ...args }, context);
  };
  /** As a person sees it. */
  const fleet = async () => {
    const person = { kind: 'person' } as const;
    const { signal } = new AbortController();
    const context = { ...host, isAside: (id: string) => runner.isAside(id), caller: person, signal };
    const reply = await callTool('list_threads', {}, context);
    assert.ok(reply.ok);
    return (reply.result as ToolOutput<'list_threads'>).fleet;
  };
  return { runner, begun, call, workers: workers.map(({ id }) => id), wait, state, fleet };
}

test('who waits for other threads holds no slot, and holds it again after the wait', async t => {
  const { runner, begun, workers, wait, state, fleet } = await makeCrampedFleet(t);
  runner.pump();
  assert.deepEqual(workers.map(state), ['queued', 'queued']);
  const cramped = { running: 1, queued: 2, waiting: 0, capacity: 1 };
  assert.deepEqual(await fleet(), cramped, 'the master');
  const waiting = wait({ until: 'any' });
  const first = await waitFor('the first worker', () => begun[1]);
  assert.equal(first.request.threadId, workers[0]);
  assert.equal(state(workers[1] ?? ''), 'queued');
  assert.deepEqual(await fleet(), { ...cramped, queued: 1 }, 'the worker alone');
  first.end({ outcome: 'completed', result: 'Ready.' });
  const reply = await waiting;
  assert.ok(reply.ok);
  const { finished, still_running, queued, timed_out } = reply.result as ToolOutput<'wait_threads'>;
  assert.deepEqual(
    [finished.map(({ thread_id }) => thread_id), still_running, queued, timed_out],
    [[workers[0]], [workers[1]], [workers[1]], false],
  );
});

test('a wait that is broken off, and one of several, leave nothing free behind', async t => {
  const { runner, begun, call, workers, wait, state } = await makeCrampedFleet(t);
  const stop = [new AbortController(), new AbortController()] as const;
  const waits = stop.map(({ signal }) => wait({ until: 'all' }, signal));
  const first = await waitFor('the first worker', () => begun[1]);
  stop[0].abort();
  first.end({ outcome: 'completed' });
  // The other call still waits.
  const second = await waitFor('the second worker', () => begun[2]);
  second.end({ outcome: 'completed' });
  const replies = await Promise.all(waits);
  assert.deepEqual(
    replies.map(({ ok }) => ok),
    [false, true],
  );
  assert.deepEqual(workers.map(state), ['completed', 'completed']);
  for (const thread_id of workers) {
    await call('resume_thread', { thread_id, additional_prompt: 'more' });
    runner.pump();
  }
  // Had the first of them begun, its change would stand before that of the second.
  assert.deepEqual(workers.map(state), ['queued', 'queued']);
});

test('a caller that cannot be told to be a thread hears when all it waits for lacks the slot that it may hold', async t => {
  const { host, runner, begun, spawn, call, store } = await makeRunner(t, { settings: { max_running: 1 } });
  const master = await spawn({ role: 'master' });
  await waitFor('the master', () => begun.length === 1);
  // What a request of the drop folder has started has no parent.
  const [holder, dropped] = [await spawn({}), await spawn({})];
  const signal = new AbortController().signal;
  const caller = { kind: 'agent', place: 'thread', thread: master, why: 'the test says so' } as const;
  await call('spawn_thread', { task_name: 'w', provider: 'codex', prompt: 'work' }, caller);
  const drop = async (thread_ids: readonly string[]) => {
    const outside = { kind: 'agent', place: 'outside', why: 'the test says so' } as const;
    const context = {
      ...host,
      isAside: (id: string) => runner.isAside(id),
      caller: outside,
      signal,
      mayHoldSlot: true,
    };
    const reply = await callTool('wait_threads', { thread_ids, until: 'all', timeout_s: 0 }, context);
    assert.ok(reply.ok);
    return reply.result as ToolOutput<'wait_threads'>;
  };
  assert.equal((await drop([master, dropped])).no_slot, undefined, 'the master works');
  const { no_slot, note } = await drop([dropped]);
  assert.equal(no_slot, true);
  assert.match(note ?? '', /end it now/);

  // The master waits for its worker, which comes after who now has the slot.
  const children = [...store.threads().values()].filter(({ parent_id }) => parent_id === master);
  const context = { ...host, stepAside: (id: string) => runner.stepAside(id), caller, signal };
  const waiting = callTool('wait_threads', { thread_ids: children.map(({ id }) => id) }, context);
  const next = await waitFor('the next', () => begun[1]);
  assert.equal(next.request.threadId, holder);
  assert.equal((await drop([master])).no_slot, true, 'it waits for its worker, that for a slot');
  assert.equal((await drop([holder, master])).no_slot, undefined, 'one of them works');
  for (const index of [1, 2, 3]) {
    const one = await waitFor('a turn', () => begun[index]);
    one.end({ outcome: 'completed' });
  }
  assert.equal((await waiting).ok, true);
});
