import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realFileOps } from '../../src/store/fileOps.ts';
import { countingOps } from '../store/journalHarness.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Begun, makeRunner } from './runnerHarness.ts';

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

test('an answered turn goes on at once, above the cap too, and no new one starts until they are below it', async t => {
  const { begun, spawn, state, store, call } = await makeRunner(t);
  const asking = await spawn();
  const other = await spawn();
  await waitFor('two turns', () => begun.length === 2);
  const { signal } = new AbortController();
  const answered = begun[0]?.sink.permission({ tool: 'Bash', detail: 'npm test' }, signal);
  const request = await waitFor('the request', () => store.get(asking)?.requests[0]);
  // Its slot goes to the next.
  await spawn();
  await waitFor('the third', () => begun.length === 3);
  await call('answer_thread', { thread_id: asking, request_id: request.id, decision: 'allow' });
  assert.deepEqual(await answered, { allow: true });

  // What had started by mistake would be in the journal before the thread that is spawned after it.
  const queued = await spawn();
  await spawn();
  assert.equal(state(queued), 'queued', 'above the cap');
  begun[1]?.end({ outcome: 'completed' });
  await waitFor('its end', () => state(other) === 'completed');
  await spawn();
  assert.equal(state(queued), 'queued', 'at the cap');
  begun[0]?.end({ outcome: 'completed' });
  await waitFor('the fourth', () => begun.length === 4);
  assert.equal(begun[3]?.request.threadId, queued);
});

test('a driver whose interrupt fails brings down nothing, and the end of its turn is still recorded', async t => {
  const failing = async (begun: Begun) => {
    setImmediate(() => begun.end({ outcome: 'interrupted' }));
    throw new Error('cannot');
  };
  const { runner, begun, logged, spawn, state, store } = await makeRunner(t, { interrupt: failing });
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
  const { runner, store, state, begun } = await makeRunner(t, {
    settings: { highest_permission_mode: 'edit' },
  });
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
  const { runner, begun, spawn, state, store } = await makeRunner(t, { store: { fileOps: ops } });
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

test('a receipt says how many threads worked in the folder meanwhile', async t => {
  const { begun, spawn, state, store } = await makeRunner(t);
  const ids = [await spawn(), await spawn(), await spawn(), await spawn()] as const;
  const end = async (nth: number) => {
    (await waitFor(`turn ${nth}`, () => begun[nth])).end({ outcome: 'completed' });
    await waitFor('its end', () => state(ids[nth] ?? '') === 'completed');
  };
  await waitFor('two turns', () => begun.length === 2);
  for (const nth of [0, 1, 2, 3]) await end(nth);
  // Two at once: the first beside the second, the second also beside the third, and so on.
  assert.deepEqual(
    ids.map(id => store.get(id)?.receipt?.others),
    [1, 2, 2, 1],
  );
  const alone = await spawn();
  (await waitFor('its turn', () => begun[4])).end({ outcome: 'completed' });
  await waitFor('its end', () => state(alone) === 'completed');
  assert.equal(store.get(alone)?.receipt?.others, undefined);
});
