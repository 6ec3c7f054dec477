import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { asked, cancel, created, ended, queued, reduce, requestId, run } from './changes.ts';

const answered = (more: object = {}): StateChange => ({
  type: 'request.answered',
  request_id: requestId,
  by: 'person',
  ...more,
});
const closed: StateChange = { type: 'request.closed', request_id: requestId, reason: 'gone' };
const question = { kind: 'question' as const, title: 'Which?' };

test('a thread that asks waits, says for what, and runs on when it is answered', () => {
  const waiting = reduce(created(), ...run('t1'), asked('t1'));
  assert.equal(waiting.state, 'waiting_permission');
  assert.equal(waiting.reason, 'npm test');
  assert.equal(waiting.requests[0]?.turn_id, 't1');
  const allowed = reduce(created(), ...run('t1'), asked('t1'), answered({ decision: 'allow' }));
  assert.deepEqual([allowed.state, allowed.reason, allowed.requests], ['running', undefined, []]);
  assert.equal(reduce(created(), ...run('t1'), asked('t1'), closed).state, 'running');
  assert.equal(reduce(created(), ...run('t1'), asked('t1', question)).state, 'waiting_input');
});

test('it waits as long as one request is open, for the oldest', () => {
  const other = 'req-bbbbbbbbbb';
  const both = [...run('t1'), asked('t1'), asked('t1', { ...question, id: other })];
  assert.equal(reduce(created(), ...both).state, 'waiting_permission');
  const one = reduce(created(), ...both, answered({ decision: 'deny' }));
  assert.deepEqual([one.state, one.reason], ['waiting_input', 'Which?']);
  assert.equal(reduce(created(), ...both, answered(), { ...closed, request_id: other }).state, 'running');
});

test('what is allowed for the thread becomes its rule, once allowed and not otherwise', () => {
  const rule = { tool: 'Bash', subject: 'npm test' };
  const opened = asked('t1', { rule });
  const rules = (decision: string) => reduce(created(), ...run('t1'), opened, answered({ decision })).rules;
  assert.deepEqual(rules('allow_thread'), [rule]);
  assert.deepEqual(rules('allow'), []);
  assert.deepEqual(rules('deny'), []);
});

test('a rule that is taken back is gone, the others stay, and one that is allowed twice counts once', () => {
  const [one, other] = [{ tool: 'Bash', subject: 'npm test' }, { tool: 'Bash' }];
  const second = 'req-bbbbbbbbbb';
  const allowed = [
    created(),
    ...run('t1'),
    asked('t1', { rule: one }),
    asked('t1', { rule: one, id: second }),
    asked('t1', { rule: other, id: 'req-cccccccccc' }),
    answered({ decision: 'allow_thread' }),
    answered({ decision: 'allow_thread', request_id: second }),
    answered({ decision: 'allow_thread', request_id: 'req-cccccccccc' }),
  ] as const;
  const forgotten = (...rules: (typeof one | typeof other)[]): StateChange => ({
    type: 'rules.forgotten',
    by: 'person',
    rules,
  });
  assert.deepEqual(reduce(...allowed).rules, [one, other]);
  assert.deepEqual(reduce(...allowed, forgotten(one)).rules, [other]);
  assert.deepEqual(reduce(...allowed, forgotten(one, other), forgotten(one)).rules, []);
});

test('what a turn waits for goes with it; an answer that comes later changes nothing', () => {
  for (const outcome of ['completed', 'failed', 'interrupted'] as const) {
    const thread = reduce(created(), ...run('t1'), asked('t1'), ended('t1', { outcome }));
    assert.deepEqual([thread.state, thread.requests], [outcome, []]);
  }
  const late = reduce(
    created(),
    ...run('t1'),
    asked('t1', { rule: { tool: 'Bash' } }),
    ended('t1'),
    answered({ decision: 'allow_thread' }),
  );
  assert.deepEqual([late.state, late.rules], ['completed', []]);
});

test('a question that is left behind outlives its turn, and its answer brings the thread to rest', () => {
  const left = [...run('t1'), asked('t1', { ...question, detached: true })];
  assert.equal(reduce(created(), ...left).state, 'running');
  const waiting = reduce(created(), ...left, ended('t1'));
  assert.deepEqual([waiting.state, waiting.reason], ['waiting_input', 'Which?']);
  assert.equal(reduce(created(), ...left, ended('t1'), answered()).state, 'completed');
  assert.equal(reduce(created({ role: 'master' }), ...left, ended('t1'), answered()).state, 'idle');
  assert.equal(reduce(created(), ...left, answered(), ended('t1')).state, 'completed');
});

test('a thread that waits for an answer takes another turn, and is cancelled with all it waits for', () => {
  const waiting = [...run('t1'), asked('t1', { ...question, detached: true }), ended('t1')];
  assert.equal(reduce(created(), ...waiting, queued('t2')).state, 'queued');
  const cancelled = reduce(created(), ...waiting, cancel);
  assert.deepEqual([cancelled.state, cancelled.requests], ['cancelled', []]);
});

test('a request of a turn that does not run opens nothing', () => {
  assert.deepEqual(reduce(created(), ...run('t1'), ended('t1'), asked('t1')).requests, []);
});

test('a turn that the first of several answers queued stays queued when the others are answered', () => {
  const [first, second, third] = ['req-aaaaaaaaaa', 'req-bbbbbbbbbb', 'req-cccccccccc'];
  const leave = (id: string) => asked('t1', { id, kind: 'question', detached: true });
  const answer = (request_id: string): StateChange => ({
    type: 'request.answered',
    request_id,
    by: 'person',
  });
  const left = [created(), ...run('t1'), leave(first), leave(second), leave(third), ended('t1')];
  const states = [answer(first), queued('t2'), answer(second), answer(third)].map(
    (_, index, all) => reduce(...left, ...all.slice(0, index + 1)).state,
  );
  assert.deepEqual(states, ['waiting_input', 'queued', 'queued', 'queued']);
});
