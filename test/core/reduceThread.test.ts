import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JournalEvent, StateChange } from '../../src/contracts/journalEvent.ts';
import { restStates, type Thread, threadSchema } from '../../src/contracts/thread.ts';
import { madeBy } from '../../src/core/callKeys.ts';
import { reduceThread } from '../../src/core/reduceThread.ts';
import {
  cancel,
  ended,
  eventOf,
  created as makeCreated,
  preparing,
  queued,
  reduce as reduceAll,
  run,
  started,
  starting,
} from './changes.ts';

const created = makeCreated();
/** The changes as a list. */
const reduce = (changes: readonly StateChange[]) => reduceAll(...changes);

test('a thread goes from creation to its result through every state', () => {
  const path = [created, ...run('t1'), ended('t1', { result: { text: 'done' } })];
  const states = path.map((_, index) => reduce(path.slice(0, index + 1)).state);
  assert.deepEqual(states, ['queued', 'queued', 'preparing', 'starting', 'starting', 'running', 'completed']);
  const thread = reduce(path);
  assert.deepEqual(thread.result, { text: 'done' });
  assert.equal(thread.turn, undefined);
  assert.equal(thread.turns_ended, 1);
  assert.equal(thread.last_outcome, 'completed');
  assert.deepEqual(thread.evidence, { source: 'provider', at: '2026-01-01T00:00:07.000Z' });
});

test('a master that ends a good turn is idle', () => {
  assert.equal(reduce([makeCreated({ role: 'master' }), ...run('t1'), ended('t1')]).state, 'idle');
});

test('a failed, interrupted or cancelled turn gives the state its name', () => {
  for (const outcome of ['failed', 'interrupted', 'cancelled'] as const) {
    assert.equal(reduce([created, ...run('t1'), ended('t1', { outcome })]).state, outcome);
  }
});

test('a turn queued behind a running one takes over when that ends, and the ended one keeps its result', () => {
  const thread = reduce([created, ...run('t1'), queued('t2'), ended('t1', { result: { text: 'first' } })]);
  assert.equal(thread.state, 'queued');
  assert.deepEqual(thread.result, { text: 'first' });
  assert.deepEqual(
    thread.queue.map(turn => turn.id),
    ['t2'],
  );
});

test('a resumed thread forgets its error and its cancel', () => {
  const error = { code: 'timeout', message: 'too late', retryable: true } as const;
  const failed = [created, ...run('t1'), ended('t1', { outcome: 'failed', error, reason: 'too late' })];
  assert.deepEqual(reduce(failed).error, error);
  const resumed = reduce([...failed, queued('t2')]);
  assert.equal(resumed.state, 'queued');
  assert.equal(resumed.error, undefined);
  assert.equal(resumed.reason, undefined);
  assert.equal(reduce([created, queued('t1'), cancel, queued('t2')]).cancel_requested, false);
});

test('a cancel before any start ends the thread at once and drops its queue', () => {
  const thread = reduce([created, queued('t1'), queued('t2'), cancel]);
  assert.equal(thread.state, 'cancelled');
  assert.deepEqual(thread.queue, []);
  assert.equal(thread.turns_ended, 2);
  assert.equal(thread.evidence.source, 'person');
});

test('a cancel of a running turn wins over whatever the turn ends with, and keeps a late result', () => {
  const cancelled = [created, ...run('t1'), cancel];
  assert.equal(reduce(cancelled).state, 'running');
  assert.equal(reduce(cancelled).cancel_requested, true);
  for (const outcome of ['completed', 'failed', 'interrupted', 'cancelled'] as const) {
    const thread = reduce([...cancelled, ended('t1', { outcome, result: { text: 'late' } })]);
    assert.equal(thread.state, 'cancelled');
    assert.equal(thread.last_outcome, 'cancelled');
    assert.deepEqual(thread.result, { text: 'late' });
  }
});

test('a cancel after the end has no effect', () => {
  const before = reduce([created, ...run('t1'), ended('t1')]);
  const after = reduce([created, ...run('t1'), ended('t1'), cancel]);
  assert.deepEqual({ ...after, seq: 0, updated_at: '' }, { ...before, seq: 0, updated_at: '' });
});

test('a turn queued after the cancel of a running one is a later wish and runs', () => {
  const thread = reduce([created, ...run('t1'), queued('t2'), cancel, queued('t3'), ended('t1')]);
  assert.equal(thread.state, 'queued');
  assert.equal(thread.cancel_requested, false);
  assert.deepEqual(
    thread.queue.map(turn => turn.id),
    ['t3'],
  );
});

test('a requeued turn is as it was when it was queued, at the head of the queue', () => {
  const sending: StateChange = { type: 'prompt.sending', turn_id: 't1' };
  const thread = reduce([
    created,
    queued('t1'),
    queued('t2'),
    preparing('t1'),
    sending,
    { type: 'turn.requeued', turn_id: 't1' },
  ]);
  assert.equal(thread.state, 'queued');
  assert.equal(thread.turn, undefined);
  assert.deepEqual(
    thread.queue.map(turn => [turn.id, turn.sent]),
    [
      ['t1', false],
      ['t2', false],
    ],
  );
});

test('a turn that was cancelled does not come back to the queue', () => {
  const thread = reduce([
    created,
    queued('t1'),
    preparing('t1'),
    cancel,
    { type: 'turn.requeued', turn_id: 't1' },
  ]);
  assert.equal(thread.state, 'cancelled');
  assert.deepEqual(thread.queue, []);
});

test('a new session keeps the earlier one', () => {
  const bound = (session_id: string): StateChange => ({ type: 'session.bound', turn_id: 't1', session_id });
  const thread = reduce([created, ...run('t1'), bound('s1'), bound('s1'), bound('s2')]);
  assert.equal(thread.session?.id, 's2');
  assert.equal(thread.session?.working_dir, 'src');
  assert.deepEqual(
    thread.earlier_sessions.map(session => session.id),
    ['s1'],
  );
});

test('usage is the sum over the turns', () => {
  const usage = { input_tokens: 10, output_tokens: 5 };
  const thread = reduce([
    created,
    ...run('t1'),
    ended('t1', { usage }),
    ...run('t2'),
    ended('t2', { usage: { ...usage, cost_usd: 0.5 } }),
  ]);
  assert.deepEqual(thread.usage, { input_tokens: 20, output_tokens: 10, cost_usd: 0.5 });
});

test('the receipt is the last turn’s, with what that used, and the totals are those of all that ran', () => {
  const usage = { input_tokens: 10, output_tokens: 5, cost_usd: 0.5 };
  const receipt = (tool_calls: number, files?: string[]) => ({
    receipt: { tool_calls, duration_ms: 1000, doubts: [], ...(files === undefined ? {} : { files }) },
  });
  const changes = [
    created,
    ...run('t1'),
    ended('t1', { usage, ...receipt(2, ['a.ts', 'b.ts']) }),
    ...run('t2'),
    // The host was killed: nobody saw what it did.
    ended('t2', { outcome: 'interrupted', source: 'recovery' }),
    ...run('t3'),
    // It never left the queue.
    queued('t4'),
    ended('t4', { outcome: 'cancelled', source: 'person' }),
    ended('t3', { usage, ...receipt(1, ['b.ts', 'c.ts']) }),
  ];
  const thread = reduce(changes);
  assert.deepEqual(thread.receipt, { ...receipt(1, ['b.ts', 'c.ts']).receipt, usage });
  const files = ['a.ts', 'b.ts', 'c.ts'];
  assert.deepEqual(thread.totals, { turns: 3, tool_calls: 3, duration_ms: 2000, files, unseen: true });
  assert.deepEqual(thread.usage, { input_tokens: 20, output_tokens: 10, cost_usd: 1 });
  const { totals } = reduce([...changes, ...run('t5'), ended('t5', receipt(0))]);
  assert.deepEqual(totals, { turns: 4, tool_calls: 3, duration_ms: 3000, files, unseen: true });
});

test('totals name so many files, and say when there are more', () => {
  const files = Array.from({ length: 150 }, (_, index) => `${index}.ts`);
  const turn = (id: string, more: string[]) => [
    ...run(id),
    ended(id, { receipt: { tool_calls: 1, duration_ms: 1, files: more, doubts: [] } }),
  ];
  const first = reduce([created, ...turn('t1', files), ...turn('t2', files)]).totals;
  assert.deepEqual([first?.files?.length, first?.files_cut, first?.unseen], [150, undefined, undefined]);
  const others = files.map(file => `src/${file}`);
  const both = reduce([created, ...turn('t1', files), ...turn('t2', others), ...turn('t3', [])]).totals;
  assert.deepEqual([both?.files?.length, both?.files_cut], [200, true]);
});

test('a thread that was kept before there were totals is still read', () => {
  const receipt = { tool_calls: 2, duration_ms: 1000, doubts: [] };
  const before = [created, ...run('t1'), ended('t1', { receipt })];
  const { totals: _, ...old } = reduce(before);
  const read = threadSchema.parse(JSON.parse(JSON.stringify(old)));
  assert.deepEqual(read, old);
  const next = [...run('t2'), ended('t2', { receipt })];
  const { totals } = next.reduce<Thread>(
    (thread, change, index) => reduceThread(thread, eventOf(change, before.length + index + 1)),
    read,
  );
  assert.deepEqual(totals, { turns: 2, tool_calls: 2, duration_ms: 1000, unseen: true });
});

test('the idempotency key of a resume leads to its turn', () => {
  const { turn_keys: keys } = reduce([
    created,
    queued('t1', { idempotency_key: 'k1' }),
    queued('t2', { idempotency_key: 'k2' }),
  ]);
  assert.deepEqual(
    ['k1', 'k2', 'k3'].map(key => madeBy(keys, key)),
    ['t1', 't2', undefined],
  );
});

test('a turn that fails before it gets a slot ends the thread when nothing else waits', () => {
  assert.equal(reduce([created, queued('t1'), ended('t1', { outcome: 'failed' })]).state, 'failed');
  const behind = reduce([created, ...run('t1'), queued('t2'), ended('t2', { outcome: 'failed' })]);
  assert.equal(behind.state, 'running');
  assert.equal(behind.turn?.id, 't1');
});

test('an event that was applied already, or is of an unknown type, leaves the state', () => {
  const events = [created, ...run('t1')].map((change, index) => eventOf(change, index + 1));
  const thread = events.reduce<Thread | undefined>(reduceThread, undefined);
  assert.ok(thread);
  for (const event of events) assert.equal(reduceThread(thread, event), thread);
  const unknown: JournalEvent = Object.assign(eventOf(cancel, 9), { type: 'thread.starred' });
  assert.deepEqual(reduceThread(thread, unknown), { ...thread, seq: 9, updated_at: unknown.at });
});

test('an event of a thread that was never created gives no thread', () => {
  assert.equal(reduceThread(undefined, eventOf(cancel, 1)), undefined);
});

const turnIds = ['t1', 't2', 't3'] as const;
const turnId = fc.constantFrom(...turnIds);
const anyChange: fc.Arbitrary<StateChange> = fc.oneof(
  turnId.map(id => queued(id)),
  turnId.map(preparing),
  turnId.map(starting),
  turnId.map(started),
  turnId.map((turn_id): StateChange => ({ type: 'prompt.sending', turn_id })),
  turnId.map((turn_id): StateChange => ({ type: 'session.bound', turn_id, session_id: 's1' })),
  turnId.map((turn_id): StateChange => ({ type: 'turn.requeued', turn_id })),
  fc
    .tuple(turnId, fc.constantFrom('completed', 'failed', 'interrupted', 'cancelled'))
    .map(([id, outcome]) => ended(id, { outcome })),
  fc.constant(cancel),
  fc.constant(created),
);

/** Every thread that the changes make it be, in order. */
function history(changes: readonly StateChange[]): readonly [Thread, StateChange, Thread][] {
  let thread = reduce([created]);
  return changes.map((change, index) => {
    const before = thread;
    thread = reduceThread(thread, eventOf(change, index + 2));
    return [before, change, thread];
  });
}

test('whatever comes, in whatever order, the thread stays sound', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 40 }), changes => {
      for (const [before, change, after] of history(changes)) {
        threadSchema.parse(after);
        const atRest = restStates.has(after.state);
        if (atRest)
          assert.ok(after.turn === undefined && after.queue.length === 0, 'something is left at rest');
        if (restStates.has(before.state) && !atRest) assert.equal(change.type, 'turn.queued');
        if (after.turn !== undefined) {
          assert.ok(!after.queue.some(turn => turn.id === after.turn?.id), 'a turn is there twice');
          assert.ok(['preparing', 'starting', 'running'].includes(after.state));
        } else if (!atRest) assert.equal(after.state, 'queued');
        assert.ok(!Object.values(after).includes(undefined));
      }
    }),
  );
});

test('every turn that waits or runs leaves in exactly one way', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 40 }), changes => {
      for (const [before, change, after] of history(changes)) {
        const open = (thread: Thread) => [thread.turn, ...thread.queue].flatMap(turn => turn?.id ?? []);
        const left = open(before).filter(id => !open(after).includes(id));
        assert.equal(after.turns_ended, before.turns_ended + left.length);
        if (left.length === 0) continue;
        if (change.type === 'turn.ended') assert.deepEqual(left, [change.turn_id]);
        else if (change.type === 'turn.requeued') assert.ok(before.cancel_requested);
        else assert.equal(change.type, 'cancel.requested');
      }
    }),
  );
});

test('a cancelled turn never starts again and never completes', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 40 }), changes => {
      for (const [before, change, after] of history(changes)) {
        if (!before.cancel_requested || change.type !== 'turn.ended') continue;
        assert.ok(
          !['completed', 'idle', 'failed', 'interrupted'].includes(after.state) ||
            after === before ||
            restStates.has(before.state),
        );
      }
    }),
  );
});

test('a turn in a terminal says whether its agent rests, since when, and nothing of it outlives the turn', () => {
  const native = [queued('t1', { native: true }), ...run('t1').slice(1)];
  const rested: StateChange = { type: 'turn.rested', turn_id: 't1' };
  const worked: StateChange = { type: 'turn.worked', turn_id: 't1' };
  const thread = reduce([created, ...native, rested]);
  assert.deepEqual([thread.state, thread.turn?.rests], ['running', true]);
  assert.equal(thread.since, thread.updated_at);
  assert.equal(reduce([created, ...native, rested, worked]).turn?.rests, false);
  assert.equal(reduce([created, ...native, worked]).turn?.rests, undefined);
  assert.equal(reduce([created, ...run('t1'), rested]).turn?.rests, undefined);
  assert.equal(reduce([created, ...native, { ...rested, turn_id: 't0' }]).turn?.rests, undefined);
  assert.equal(
    reduce([created, ...native, rested, { type: 'turn.requeued', turn_id: 't1' }]).queue[0]?.rests,
    undefined,
  );
  assert.equal(reduce([created, ...native, rested, ended('t1'), worked]).turn, undefined);
});
