import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createRequestDesk } from '../../src/host/requestDesk.ts';
import { createTurnRunner } from '../../src/host/turnRunner.ts';
import type { Driver, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../../src/providers/driver.ts';
import { realFileOps } from '../../src/store/fileOps.ts';
import type { ThreadStoreOptions } from '../../src/store/threadStore.ts';
import { countingOps } from '../store/journalHarness.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeToolHarness, startedBy } from '../tools/toolHarness.ts';

interface Begun {
  readonly request: TurnRequest;
  readonly sink: TurnSink;
  end(end: TurnEnd): void;
}

/** A runner over a real store, with a driver whose turns the test ends. */
async function makeRunner(
  t: TestContext,
  interrupt?: (begun: Begun) => Promise<void>,
  storeOptions: Partial<ThreadStoreOptions> = {},
) {
  const narrow = { max_running: 2, highest_permission_mode: 'edit' } as const;
  const harness = await makeToolHarness(t, narrow, storeOptions);
  const begun: Begun[] = [];
  const logged: string[] = [];
  const driver: Driver = {
    provider: 'codex',
    capabilities: {
      steer: false,
      resume: true,
      sharedProcess: false,
      pty: false,
      permissionModes: { read_only: '', ask: '', edit: '', full: '' },
    },
    checkHealth: () => Promise.reject(new Error('not asked')),
    startTurn: (request, sink): RunningTurn => {
      const { promise: ended, resolve: end } = Promise.withResolvers<TurnEnd>();
      const one = { request, sink, end };
      begun.push(one);
      const byDefault = async () => end({ outcome: 'interrupted' });
      return {
        ended,
        steer: () => Promise.reject(new Error('no')),
        interrupt: () => interrupt?.(one) ?? byDefault(),
      };
    },
    close: async () => undefined,
  };
  const { store, host } = harness;
  const runner = createTurnRunner({
    store,
    active: host.active,
    drivers: new Map([['codex', driver]]),
    settings: host.settings,
    workspace: host.workspace,
    desk: createRequestDesk(store, host.inTurn),
    doors: { open: () => ({ url: 'http://127.0.0.1:9/mcp', token: 't' }), shut: () => undefined },
    log: message => void logged.push(message),
  });
  t.after(() => runner.close());
  const spawn = async (args: object = {}) => {
    const { id } = await startedBy(
      harness.call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go', ...args }),
    );
    runner.pump();
    return id;
  };
  const state = (id: string) => store.get(id)?.state;
  return { ...harness, runner, begun, logged, spawn, state };
}

test('turns start in order while there are slots, and the next one when one ends', async t => {
  const { begun, spawn, state } = await makeRunner(t);
  const ids = [await spawn(), await spawn(), await spawn()];
  await waitFor('two turns', () => begun.length === 2);
  assert.equal(state(ids[2] ?? ''), 'queued');
  begun[0]?.end({ outcome: 'completed', result: 'done' });
  await waitFor('the third', () => begun.length === 3);
  assert.deepEqual(
    begun.map(({ request }) => request.threadId),
    ids,
  );
  for (const one of begun) one.end({ outcome: 'completed' });
});

test('a driver whose interrupt fails brings down nothing, and the end of its turn is still recorded', async t => {
  const failing = async (begun: Begun) => {
    setImmediate(() => begun.end({ outcome: 'interrupted' }));
    throw new Error('cannot');
  };
  const { runner, begun, logged, spawn, state, store } = await makeRunner(t, failing);
  const id = await spawn();
  await waitFor('the turn', () => begun.length === 1);
  await store.commit([{ thread: id, change: { type: 'cancel.requested', by: 'person' } }]);
  await runner.interrupt(id);
  assert.equal(state(id), 'cancelled');
  assert.match(logged.join(), /could not be interrupted/);
});

test('a result that comes after the cancel is kept, and the thread is cancelled', async t => {
  const { begun, spawn, state, store } = await makeRunner(t);
  const id = await spawn();
  await waitFor('the turn', () => begun.length === 1);
  await store.commit([{ thread: id, change: { type: 'cancel.requested', by: 'person' } }]);
  begun[0]?.end({ outcome: 'completed', result: 'late' });
  await waitFor('its end', () => state(id) === 'cancelled');
  assert.deepEqual(store.get(id)?.result, { text: 'late' });
});

test('a turn that ends before its prompt left is tried again by the next host only, never at once', async t => {
  const { runner, begun, spawn, state } = await makeRunner(t);
  const id = await spawn();
  await waitFor('the turn', () => begun.length === 1);
  begun[0]?.end({ outcome: 'interrupted' });
  await waitFor('its end', () => state(id) === 'interrupted');
  const other = await spawn();
  await waitFor('the other turn', () => begun.length === 2);
  await runner.close();
  assert.equal(state(other), 'queued');
  assert.equal(begun.length, 2);
});

test('a queued turn above a limit that has become narrower is refused at its start', async t => {
  const { runner, store, state, begun } = await makeRunner(t);
  const thread = 'thread-full';
  await store.commit([
    {
      thread,
      change: {
        type: 'thread.created',
        depth: 0,
        role: 'worker',
        provider: 'codex',
        task_name: 'a',
        working_dir: '.',
        permission_mode: 'full',
      },
    },
    {
      thread,
      change: {
        type: 'turn.queued',
        turn_id: 't',
        origin: 'person',
        prompt: { text: 'go' },
        message_id: 'm',
      },
    },
  ]);
  runner.pump();
  await waitFor('its end', () => state(thread) === 'failed');
  assert.equal(store.get(thread)?.error?.code, 'permission_denied');
  assert.equal(begun.length, 0);
});

test('a turn that ends when nothing can be written any more gives its slot back, and nothing else starts', async t => {
  let fails = false;
  const { ops } = countingOps({
    datasync: async fd => {
      if (fails) throw new Error('EIO: injected');
      await realFileOps.datasync(fd);
    },
  });
  const { runner, begun, spawn, state, store } = await makeRunner(t, undefined, { fileOps: ops });
  const ids = [await spawn(), await spawn(), await spawn()];
  await waitFor('two turns', () => begun.length === 2);
  const freed: boolean[][] = [];
  runner.onFree(() => freed.push(ids.map(id => runner.running(id) === undefined)));
  fails = true;
  begun[0]?.end({ outcome: 'completed' });
  await waitFor('its slot', () => freed.length > 0);
  assert.deepEqual(freed, [[true, false, true]]);
  assert.equal(store.readOnly?.code, 'storage_unavailable');
  assert.equal(state(ids[0] ?? ''), 'starting');
  begun[1]?.end({ outcome: 'completed' });
  await waitFor('the other slot', () => freed.length > 1);
  assert.equal(begun.length, 2);
});
