import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import {
  type DeliveryOptions,
  givenUp,
  newsWindowMs,
  planDelivery,
  replyMessages,
} from '../../src/core/delivery.ts';
import {
  asked,
  cancel,
  created,
  ended,
  message,
  messageId,
  preparing,
  queued,
  reduce,
  run,
  sending,
  started,
} from './changes.ts';

const news = (number: number, kind: 'child_ended' | 'child_waits' = 'child_ended') =>
  message(number, { kind, origin: 'host', from: 'thread-child' });
const master = created({ role: 'master', depth: 0 });
const much = Date.UTC(2027, 0, 1);

/** Kind and messages of what is to be done; by default long after the last change. */
function plan(changes: readonly StateChange[], options: Partial<DeliveryOptions> = {}) {
  const given = {
    ...{ wake: 'each' as const, canSteer: true, terminalRests: false, isBusyBelow: false, now: much },
    ...options,
  };
  const delivery = planDelivery(reduce(...changes), given);
  return 'messages' in delivery
    ? [delivery.kind, ...delivery.messages.map(({ id }) => Number(id.slice(4)))]
    : [delivery.kind];
}

test('a message to a thread at rest starts a turn at once, whatever brought it to rest', () => {
  for (const outcome of ['completed', 'failed', 'interrupted'] as const) {
    assert.deepEqual(plan([created(), ...run('t1'), ended('t1', { outcome }), message(1)]), ['turn', 1]);
  }
  assert.deepEqual(plan([created(), queued('t1'), cancel, message(1)]), ['turn', 1]);
  assert.deepEqual(
    plan([
      created(),
      ...run('t1'),
      asked('t1', { kind: 'question', detached: true }),
      ended('t1'),
      message(1),
    ]),
    ['turn', 1],
  );
});

test('a running turn takes what is for now, and the rest waits for its end', () => {
  const running = [created(), ...run('t1'), message(1, { when: 'now' }), message(2)];
  assert.deepEqual(plan(running), ['steer', 1]);
  assert.deepEqual(plan(running, { canSteer: false }), ['none']);
  assert.deepEqual(plan([created(), queued('t1'), preparing('t1'), message(1, { when: 'now' })]), ['none']);
  assert.deepEqual(plan([...running, ended('t1')]), ['turn', 1, 2]);
  assert.deepEqual(plan([...running, cancel]), ['none']);
});

test('a terminal at rest takes all that waits, and its agent the news of two seconds', () => {
  const native = [master, queued('t1', { native: true }), preparing('t1'), started('t1')];
  const rests = { terminalRests: true };
  assert.deepEqual(plan([...native, message(1), news(2)]), ['none']);
  assert.deepEqual(plan([...native, message(1), news(2)], rests), ['steer', 1, 2]);
  assert.deepEqual(plan([...native, news(1)], rests), ['steer', 1]);
  assert.deepEqual(plan([...native, news(1)], { ...rests, now: Date.UTC(2026, 0, 1) }), ['later']);
  assert.deepEqual(plan([...native, news(1)], { ...rests, wake: 'never' }), ['none']);
  assert.deepEqual(plan([...native, cancel, message(1)], rests), ['none']);
});

test('what waits in the queue comes first', () => {
  assert.deepEqual(plan([created(), queued('t1'), message(1)]), ['none']);
});

test('news of a few seconds wake a master with one turn', () => {
  const rest = [master, ...run('t1'), ended('t1'), news(1), news(2)];
  const first = Date.UTC(2026, 0, 1) + (rest.length - 1) * 1000;
  const early = planDelivery(reduce(...rest), {
    wake: 'each',
    canSteer: true,
    terminalRests: false,
    isBusyBelow: true,
    now: first,
  });
  assert.deepEqual(early, { kind: 'later', at: first + newsWindowMs });
  assert.deepEqual(plan(rest, { now: first + newsWindowMs }), ['turn', 1, 2]);
});

test('a master that failed is told too, one that was cancelled is not', () => {
  assert.deepEqual(plan([master, ...run('t1'), ended('t1', { outcome: 'failed' }), news(1)]), ['turn', 1]);
  assert.deepEqual(plan([master, ...run('t1'), cancel, ended('t1'), news(1)]), ['none']);
});

test('the person says when a master is woken', () => {
  const rest = [master, ...run('t1'), ended('t1'), news(1)];
  assert.deepEqual(plan(rest, { wake: 'never' }), ['none']);
  assert.deepEqual(plan(rest, { wake: 'all_done', isBusyBelow: true }), ['none']);
  assert.deepEqual(plan(rest, { wake: 'all_done' }), ['turn', 1]);
  const waits = [...rest, news(2, 'child_waits')];
  assert.deepEqual(plan(waits, { wake: 'all_done', isBusyBelow: true }), ['turn', 1, 2]);
});

test('what a turn failed to bring goes with the next, and starts one by itself only after a good one', () => {
  const failed = [
    master,
    news(1),
    queued('t1', { brings: [messageId(1)] }),
    preparing('t1'),
    ended('t1', { outcome: 'failed' }),
  ];
  assert.deepEqual(plan(failed), ['none']);
  assert.deepEqual(plan([...failed, news(2)]), ['turn', 1, 2]);
  assert.deepEqual(plan([...failed, ...run('t2'), ended('t2')]), ['turn', 1]);
});

test('who was cancelled is not called back by messages that had come before', () => {
  const busy = [created(), ...run('t1'), message(1)];
  const stopped = ended('t1', { outcome: 'interrupted' });
  assert.deepEqual(plan([...busy, cancel, stopped]), ['none']);
  assert.deepEqual(plan([...busy, cancel, stopped, message(2)]), ['turn', 1, 2]);
  assert.deepEqual(plan([...busy, cancel, stopped, ...run('t2'), ended('t2')]), ['turn', 1]);
  // One that a turn had taken, and that its transcript does not hold.
  const taken: StateChange = {
    type: 'messages.moved',
    message_ids: [messageId(1)],
    to: 'sending',
    turn_id: 't1',
  };
  const lost: StateChange = { type: 'messages.moved', message_ids: [messageId(1)], to: 'queued' };
  assert.deepEqual(plan([...busy, taken, cancel, stopped, lost]), ['none']);
  // One whose turn had not begun.
  const waits = [message(1), queued('t2', { brings: [messageId(1)] }), cancel];
  assert.deepEqual(plan([created(), ...run('t1'), ended('t1'), ...waits]), ['none']);
});

test('what the transcripts of three turns that failed do not hold starts no fourth', () => {
  const cut = (turn: string, outcome: 'failed' | 'interrupted'): StateChange[] => [
    queued(turn, { brings: [messageId(1)] }),
    preparing(turn),
    sending(turn),
    ended(turn, { outcome }),
    { type: 'messages.moved', message_ids: [messageId(1)], to: 'queued' },
  ];
  const twice = [master, news(1), ...cut('t1', 'failed'), ...cut('t2', 'failed')];
  assert.deepEqual(plan(twice), ['turn', 1]);
  // The host was killed, say.
  assert.deepEqual(plan([...twice, ...cut('t3', 'interrupted')]), ['turn', 1]);
  const often = [...twice, ...cut('t3', 'failed')];
  assert.deepEqual(plan(often), ['none']);
  assert.deepEqual(plan([...often, ...run('t4'), ended('t4')]), ['turn', 1]);
});

test('of words that three turns failed over their sender is to be told, once the thread rests', () => {
  const lose = (turn: string, outcome: 'failed' | 'interrupted' = 'failed'): StateChange[] => [
    queued(turn, { brings: [1, 2].map(messageId) }),
    preparing(turn),
    sending(turn),
    ended(turn, { outcome }),
    { type: 'messages.moved', message_ids: [1, 2].map(messageId), to: 'queued' },
  ];
  const hopeless = (...changes: readonly StateChange[]) =>
    givenUp(reduce(master, message(1), news(2), ...changes)).map(({ id }) => id);
  const often = ['t1', 't2', 't3'].flatMap(turn => lose(turn));
  assert.deepEqual(hopeless(...often.slice(0, -5)), []);
  // News stay: they are readable for ever.
  assert.deepEqual(hopeless(...often), [messageId(1)]);
  assert.deepEqual(hopeless(...often, queued('t4')), []);
  assert.deepEqual(hopeless(...often, ...run('t4')), []);
  assert.deepEqual(hopeless(...often, ...run('t4'), ended('t4')), []);
  assert.deepEqual(hopeless(...often.slice(0, -5), ...lose('t3', 'interrupted')), []);
  const failed: StateChange = {
    type: 'messages.moved',
    message_ids: [messageId(1)],
    to: 'failed',
    reason: 'x',
  };
  assert.deepEqual(hopeless(...often, failed), []);
  assert.deepEqual(plan([master, message(1), news(2), ...often, failed, ...run('t4'), ended('t4')]), [
    'turn',
    2,
  ]);
});

test('a reply to a tool call brings news and what is for now', () => {
  const thread = reduce(master, ...run('t1'), news(1), message(2), message(3, { when: 'now' }));
  assert.deepEqual(
    replyMessages(thread).map(({ id }) => id),
    [messageId(1), messageId(3)],
  );
});

test('no word overtakes one that may have left with an earlier turn, and none goes one way while another is on its way by the other', () => {
  const now = { when: 'now' } as const;
  const sent = (turn_id: string, with_reply?: boolean): StateChange => ({
    type: 'messages.moved',
    message_ids: [messageId(1)],
    to: 'sending',
    turn_id,
    ...(with_reply === undefined ? {} : { with_reply }),
  });
  const withReply = (...changes: readonly StateChange[]) =>
    replyMessages(reduce(master, ...changes)).map(({ id }) => Number(id.slice(4)));
  const cut = [
    message(1, now),
    ...run('t1'),
    sent('t1'),
    ended('t1', { outcome: 'interrupted' }),
    ...run('t2'),
  ];
  assert.deepEqual(plan([master, ...cut, message(2, now)]), ['none']);
  // Nor with the next turn, before the transcript was looked at.
  const ended1 = [...cut.slice(0, -run('t2').length), message(2, now)];
  const back: StateChange = { type: 'messages.moved', message_ids: [messageId(1)], to: 'queued' };
  assert.deepEqual(plan([master, ...ended1]), ['none']);
  assert.deepEqual(plan([master, ...ended1, back]), ['turn', 1, 2]);
  assert.deepEqual(withReply(...cut, message(2, now), news(3)), [3]);
  const steered = [message(1, now), ...run('t1'), sent('t1'), message(2, now), news(3)];
  assert.deepEqual(plan([master, ...steered]), ['steer', 2]);
  assert.deepEqual(withReply(...steered), [3]);
  // A reply may not arrive where its turn is cut, and what was sent into the turn may.
  const replied = [message(1, now), ...run('t1'), sent('t1', true), message(2, now)];
  assert.deepEqual(plan([master, ...replied]), ['none']);
  assert.deepEqual(withReply(...replied), [2]);
});

test('what a turn in the queue is to bring comes before later words for now', () => {
  const now = { when: 'now' } as const;
  // The person's prompt came while the turn that brings it was being composed.
  const behind = (more: object) => [
    ...[master, message(1, more), queued('person'), queued('mail', { brings: [messageId(1)] })],
    ...[preparing('person'), sending('person'), started('person'), message(2, now)],
  ];
  assert.deepEqual(plan(behind(now)), ['none']);
  assert.deepEqual(replyMessages(reduce(...behind(now))), []);
  const brought = [ended('person'), preparing('mail'), sending('mail'), started('mail')];
  assert.deepEqual(plan([...behind(now), ...brought]), ['steer', 2]);
  // It is not for now: what is may come first.
  assert.deepEqual(plan(behind({ when: 'turn_end' })), ['steer', 2]);
  // A terminal may be open for days.
  const terminal = { terminalRests: true } as const;
  const native = [queued('t1', { native: true }), preparing('t1'), sending('t1'), started('t1')];
  const mail = [message(1), queued('mail', { brings: [messageId(1)] }), message(2)];
  assert.deepEqual(plan([master, ...native, ...mail], terminal), ['steer', 2]);
});

test('a turn and a reply bring no more than a model can take, oldest first', () => {
  const long = (number: number, length: number) =>
    message(number, { when: 'now', text: { text: 'x'.repeat(length) } });
  const many = [1, 2, 3].map(number => long(number, 90_000));
  assert.deepEqual(plan([master, ...run('t1'), ...many, ended('t1')]), ['turn', 1, 2]);
  const tried = [
    queued('t2', { brings: [1, 2].map(messageId) }),
    preparing('t2'),
    ended('t2', { outcome: 'failed' }),
  ];
  assert.deepEqual(plan([master, ...many.slice(0, 2), ...tried, long(3, 90_000)]), ['turn', 1, 2, 3]);
  const some = [1, 2].map(number => long(number, 15_000));
  assert.deepEqual(
    replyMessages(reduce(master, ...run('t1'), ...some)).map(({ id }) => id),
    [messageId(1)],
  );
});

test('words too long for a reply go into the turn, and the person’s are never cut', () => {
  const now = { when: 'now', origin: 'person' } as const;
  const long = [1, 2].map(number => message(number, { ...now, text: { text: 'x'.repeat(120_000) } }));
  const running = [master, ...run('t1')];
  assert.deepEqual(plan([...running, ...long]), ['steer', 1]);
  const replied = replyMessages(reduce(...running, message(0, now), ...long, message(3, now)));
  assert.deepEqual(
    replied.map(({ id }) => id),
    [messageId(0)],
  );
});
