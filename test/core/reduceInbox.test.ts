import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { madeBy } from '../../src/core/callKeys.ts';
import { isUncertain } from '../../src/core/reduceInbox.ts';
import {
  cancel,
  created,
  ended,
  message,
  messageId,
  preparing,
  queued,
  reduce,
  requeued,
  run,
  sending,
  started,
  starting,
} from './changes.ts';

const first = messageId(1);
const brings = queued('t1', { brings: [first] });
const inbox = (...changes: readonly StateChange[]) =>
  reduce(created(), ...changes).inbox.map(({ state, turn_id, attempts }) => [state, turn_id, attempts]);

test('a message goes with its turn from the queue to the model', () => {
  const path = [
    message(1),
    brings,
    preparing('t1'),
    starting('t1'),
    sending('t1'),
    started('t1'),
    ended('t1'),
  ];
  const states = path.map((_, index) =>
    inbox(...path.slice(0, index + 1))
      .flat()
      .slice(0, 2),
  );
  assert.deepEqual(states, [
    ['queued', undefined],
    ['queued', 't1'],
    ['queued', 't1'],
    ['queued', 't1'],
    ['sending', 't1'],
    ['delivered', 't1'],
    ['acknowledged', 't1'],
  ]);
});

test('a turn that ends before its prompt left gives its messages back, and they start no other by themselves', () => {
  const failed = ended('t1', { outcome: 'failed' });
  assert.deepEqual(inbox(message(1), brings, preparing('t1'), failed), [['queued', undefined, 1]]);
  assert.deepEqual(inbox(message(1), brings, cancel), [['queued', undefined, 1]]);
});

test('a message that waits although nobody works says why, until a turn is to bring it', () => {
  const reasons = (...changes: readonly StateChange[]) =>
    reduce(created(), ...changes).inbox.map(({ reason }) => reason);
  const failed = [message(1), brings, preparing('t1'), ended('t1', { outcome: 'failed' })];
  const before = [
    'The turn that was to bring it ended before it had left. It comes once the thread works again.',
  ];
  assert.deepEqual(reasons(...failed), before);
  assert.deepEqual(reasons(...failed, queued('t2', { brings: [first] })), [undefined]);
  const cancelled = ['The thread was cancelled. It comes once the thread has been resumed.'];
  assert.deepEqual(reasons(...run('t1'), message(1), cancel), cancelled);
  assert.deepEqual(reasons(message(1), brings, cancel), cancelled);
  const move = (to: 'sending' | 'queued', reason?: string): StateChange => ({
    type: 'messages.moved',
    message_ids: [first],
    to,
    turn_id: 't1',
    ...(reason === undefined ? {} : { reason }),
  });
  const lost = [...run('t1'), message(1), move('sending'), move('queued', 'It was cut.')];
  assert.deepEqual(reasons(...lost), ['It was cut.']);
  assert.deepEqual(reasons(...lost, move('sending')), [undefined]);
});

test('a turn that is queued again keeps its messages', () => {
  assert.deepEqual(inbox(message(1), brings, preparing('t1'), requeued('t1')), [['queued', 't1', 0]]);
});

test('of a turn that was cut after its prompt may have left, nobody knows whether the message arrived', () => {
  const cut = ended('t1', { outcome: 'interrupted', source: 'recovery' });
  const before = [message(1), brings, preparing('t1'), starting('t1'), sending('t1')];
  assert.deepEqual(inbox(...before, cut), [['sending', 't1', 0]]);
  const taken = [...before, started('t1'), cut];
  assert.deepEqual(inbox(...taken), [['delivered', 't1', 0]]);
  const isUnsure = (...changes: readonly StateChange[]) => {
    const thread = reduce(created(), ...changes);
    return thread.inbox.map(one => isUncertain(one, thread));
  };
  const found: StateChange = { type: 'messages.moved', message_ids: [first], to: 'delivered' };
  assert.deepEqual([isUnsure(...taken), isUnsure(...taken, found)], [[true], [false]]);
  assert.deepEqual(inbox(...taken, { ...found, to: 'queued' }), [['queued', undefined, 0]]);
});

test('what surely did not arrive waits again, as if it had never been sent', () => {
  const move = (to: 'sending' | 'queued'): StateChange => ({
    type: 'messages.moved',
    message_ids: [first],
    to,
    turn_id: 't1',
  });
  assert.deepEqual(inbox(...run('t1'), message(1), move('sending')), [['sending', 't1', 0]]);
  assert.deepEqual(inbox(...run('t1'), message(1), move('sending'), move('queued')), [
    ['queued', undefined, 0],
  ]);
});

test('what a cancelled turn lost starts no other by itself', () => {
  const lost: StateChange = { type: 'messages.moved', message_ids: [first], to: 'queued' };
  const before = [message(1), brings, preparing('t1'), starting('t1'), sending('t1'), started('t1')];
  assert.deepEqual(inbox(...before, cancel, ended('t1', { outcome: 'interrupted' }), lost), [
    ['queued', undefined, 1],
  ]);
});

test('what is settled stays settled', () => {
  const move = (to: 'unknown' | 'queued' | 'delivered'): StateChange => ({
    type: 'messages.moved',
    message_ids: [first],
    to,
  });
  assert.deepEqual(inbox(message(1), move('unknown'), move('queued'), move('delivered')), [
    ['unknown', undefined, 0],
  ]);
});

test('a message that a running turn took is acknowledged when that turn completes', () => {
  const taken: StateChange = { type: 'messages.moved', message_ids: [first], to: 'delivered', turn_id: 't1' };
  assert.deepEqual(inbox(...run('t1'), message(1), taken, ended('t1')), [['acknowledged', 't1', 0]]);
});

test('the end of a turn acknowledges only what its provider has taken', () => {
  const withReply: StateChange = {
    type: 'messages.moved',
    message_ids: [first],
    to: 'sending',
    turn_id: 't1',
    with_reply: true,
  };
  const shown: StateChange = { type: 'messages.moved', message_ids: [first], to: 'delivered' };
  const before = [...run('t1'), message(1), withReply];
  assert.deepEqual(inbox(...before, shown, ended('t1')), [['acknowledged', 't1', 0]]);
  assert.deepEqual(inbox(...before, ended('t1')), [['sending', 't1', 0]]);
  const again = { ...withReply, to: 'queued' as const };
  assert.equal('with_reply' in (reduce(created(), ...before, again).inbox[0] ?? {}), false);
});

test('what may not have arrived is kept longer than what has', () => {
  const ids = Array.from({ length: 60 }, (_, index) => index);
  const move = (to: 'unknown' | 'acknowledged', parity: number): StateChange => ({
    type: 'messages.moved',
    message_ids: ids.filter(id => id % 2 === parity).map(messageId),
    to,
  });
  const all = ids.map(id => message(id));
  const { inbox } = reduce(created(), ...all, move('unknown', 0), move('acknowledged', 1), message(100));
  const count = (state: string) => inbox.filter(one => one.state === state).length;
  assert.deepEqual([count('unknown'), count('acknowledged'), count('queued')], [30, 20, 1]);
});

test('a message that stands in the session of a turn that was cut is acknowledged when the next one completes', () => {
  const cut = ended('t1', { outcome: 'interrupted' });
  const found: StateChange = { type: 'messages.moved', message_ids: [first], to: 'delivered' };
  const before = [message(1), brings, preparing('t1'), sending('t1'), started('t1'), cut, found];
  assert.deepEqual(inbox(...before, ...run('t2')), [['delivered', 't1', 0]]);
  assert.deepEqual(inbox(...before, ...run('t2'), ended('t2', { outcome: 'failed' })), [
    ['delivered', 't1', 0],
  ]);
  assert.deepEqual(inbox(...before, ...run('t2'), ended('t2')), [['acknowledged', 't1', 0]]);
});

test('the same message comes once, and its key leads to it', () => {
  const thread = reduce(
    created(),
    { ...message(1), idempotency_key: 'key' } as StateChange,
    message(1, { text: { text: 'another' } }),
  );
  assert.equal(thread.inbox.length, 1);
  assert.equal(madeBy(thread.message_keys, 'key'), first);
});

test('of settled messages only the newest are kept, of others all', () => {
  const settled = Array.from({ length: 40 }, (_, index) => message(index));
  const moved: StateChange = {
    type: 'messages.moved',
    message_ids: Array.from({ length: 40 }, (_, index) => messageId(index)),
    to: 'acknowledged',
  };
  const later = Array.from({ length: 30 }, (_, index) => message(100 + index));
  const thread = reduce(created(), ...settled, moved, ...later);
  assert.equal(thread.inbox.filter(({ state }) => state === 'queued').length, 30);
  const kept = thread.inbox.filter(({ state }) => state === 'acknowledged').map(({ id }) => id);
  assert.deepEqual(
    kept,
    Array.from({ length: 20 }, (_, index) => messageId(20 + index)),
  );
});
