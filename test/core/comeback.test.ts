import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { type ComebackOptions, comebackMs, planComeback } from '../../src/core/comeback.ts';
import {
  cancel,
  created,
  ended,
  message,
  preparing,
  queued,
  reduce,
  run,
  sending,
  started,
} from './changes.ts';

const news = (number: number) =>
  message(number, { kind: 'child_ended', origin: 'host', from: 'thread-child' });
const master = created({ role: 'master', depth: 0 });
const digest = (turn: string, ...brought: readonly number[]): StateChange[] => [
  queued(turn, { origin: 'host', brings: brought.map(one => `msg-${String(one).padStart(10, '0')}`) }),
  preparing(turn),
  sending(turn),
  started(turn),
];
const cut = [master, ...run('t1'), ended('t1'), news(1), ...digest('t2', 1)];
const interrupted = ended('t2', { outcome: 'interrupted' });
const error = { code: 'rate_limited', message: 'Too much.', retryable: true } as const;

/** What is to be done so long after the last change, and with which messages. */
function plan(changes: readonly StateChange[], afterMs: number, options: Partial<ComebackOptions> = {}) {
  const thread = reduce(...changes);
  const now = Date.parse(thread.since) + afterMs;
  const delivery = planComeback(thread, { wake: 'each', now, ...options });
  if (delivery.kind === 'later') return delivery.at - Date.parse(thread.since);
  return 'messages' in delivery ? delivery.messages.map(({ id }) => Number(id.slice(4))) : delivery.kind;
}

test('a master that was cut over its news goes on after a while, and what it was brought is not sent again', () => {
  assert.equal(plan([...cut, interrupted], 0), 5_000);
  assert.deepEqual(plan([...cut, interrupted], 5_000), []);
  assert.deepEqual(plan([...cut, ended('t2', { outcome: 'failed', error })], 5_000), []);
});

test('news whose prompt had not left come along', () => {
  const unsent = [master, ...run('t1'), ended('t1'), news(1), ...digest('t2', 1).slice(0, 2)];
  assert.deepEqual(plan([...unsent, ended('t2', { outcome: 'failed', error })], 5_000), [1]);
});

test('it is given three turns in a row, each after a longer rest; a good one begins the count anew', () => {
  const again = (turn: string): StateChange[] => [
    queued(turn, { origin: 'host', comeback: true }),
    preparing(turn),
    sending(turn),
    ended(turn, { outcome: 'failed', error }),
  ];
  const changes = [...cut, interrupted];
  assert.deepEqual(plan([...changes, ...again('t3')], 0), comebackMs[1]);
  assert.deepEqual(plan([...changes, ...again('t3'), ...again('t4')], 0), comebackMs[2]);
  const spent = [...changes, ...again('t3'), ...again('t4'), ...again('t5')];
  assert.equal(plan(spent, 1_000_000), 'none');
  const good = [...run('t6'), ended('t6'), news(2), ...digest('t7', 2)];
  assert.equal(plan([...spent, ...good, ended('t7', { outcome: 'interrupted' })], 0), comebackMs[0]);
});

test('who was cancelled, cannot work, has no news, is no master or sat in a terminal is left alone', () => {
  const at = 60_000;
  assert.equal(plan([...cut, cancel, interrupted], at), 'none');
  const signedOut = { code: 'credential_missing', message: 'Sign in.', retryable: false } as const;
  assert.equal(plan([...cut, ended('t2', { outcome: 'failed', error: signedOut })], at), 'none');
  assert.equal(plan([master, ...run('t1'), ended('t1', { outcome: 'interrupted' })], at), 'none');
  assert.equal(plan([created(), ...cut.slice(1), interrupted], at), 'none');
  assert.equal(plan([...cut, interrupted, queued('t3')], at), 'none');
  const terminal = [queued('t3', { native: true }), preparing('t3'), sending('t3')];
  assert.equal(plan([...cut, interrupted, ...terminal, ended('t3', { outcome: 'interrupted' })], at), 'none');
});

test('not with the setting `never`, nor long after it was cut', () => {
  assert.equal(plan([...cut, interrupted], 60_000, { wake: 'never' }), 'none');
  assert.equal(plan([...cut, interrupted], 24 * 60 * 60_000), 'none');
});
