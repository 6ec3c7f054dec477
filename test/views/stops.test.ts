import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Thread } from '../../src/contracts/thread.ts';
import { type Stop, Stops } from '../../src/views/stops.ts';
import { makeThread } from './threads.ts';

const opening = Date.parse('2026-11-01T10:00:00.000Z');
const nobody = () => false;

function thread(id: string, change: Partial<Thread> = {}): Thread {
  return makeThread(id, id, { state: 'failed', since: new Date(opening + 1).toISOString(), ...change });
}

function makeStops(...threads: readonly Thread[]) {
  const stops = new Stops(opening);
  const note = (now: number, ...all: readonly Thread[]) =>
    stops.note(new Map([['a', new Map(all.map(one => [one.id, one]))]]), opening + now);
  const take = (now: number, isInFront: (stop: Stop) => boolean = nobody) =>
    stops.take(opening + now, isInFront).map(one => one.thread);
  note(0, ...threads);
  return { stops, note, take };
}

test('what stops together is told together, once, and counts until it is looked at or goes on', () => {
  const [one, two] = [thread('thread-one'), thread('thread-two', { state: 'interrupted' })];
  const { stops, note, take } = makeStops(one);
  note(500, one, two);
  assert.equal(stops.next, opening + 1_500);
  assert.equal(stops.unseen, 0);
  assert.deepEqual(take(2_000), ['thread-one', 'thread-two']);
  note(3_000, one, two);
  assert.deepEqual(take(9_000), []);
  assert.equal(stops.unseen, 2);
  stops.see(stop => stop.thread === 'thread-one');
  assert.equal(stops.unseen, 1);
  note(10_000, one, thread('thread-two', { state: 'running' }));
  assert.equal(stops.unseen, 0);
  // Another failure is news again.
  note(11_000, one, thread('thread-two', { since: new Date(opening + 11_000).toISOString() }));
  assert.deepEqual(take(12_500), ['thread-two']);
});

test('what was so before the window, ended well, was cancelled, or is known to a master is no news', () => {
  const boss = thread('thread-boss', { role: 'master', state: 'idle' });
  const { stops } = makeStops(
    boss,
    thread('thread-old', { since: new Date(opening - 1).toISOString() }),
    thread('thread-good', { state: 'completed' }),
    thread('thread-gone', { state: 'cancelled' }),
    thread('thread-child', { parent_id: boss.id, depth: 1 }),
    thread('thread-grandchild', { parent_id: 'thread-child', depth: 2 }),
  );
  assert.equal(stops.next, undefined);
});

test('nobody is told of the thread in front', () => {
  const { stops, take } = makeStops(thread('thread-one'), thread('thread-two'));
  assert.deepEqual(
    take(2_000, stop => stop.thread === 'thread-one'),
    ['thread-two'],
  );
  assert.equal(stops.unseen, 1);
});

test('a master that AgentDock lets go on is told of only when it did not', () => {
  const told = {
    id: 'msg-aaaaaaaaaa',
    kind: 'child_ended',
    origin: 'host',
    when: 'turn_end',
    text: { text: 'Ready.' },
    state: 'delivered',
    attempts: 0,
    lost: 0,
    queued_at: new Date(opening).toISOString(),
    queued_gseq: 1,
  } as const;
  const cut = thread('thread-boss', { role: 'master', state: 'interrupted', inbox: [told] });
  const { stops, note, take } = makeStops(cut);
  assert.equal(stops.next, opening + 1 + 5_000 + 1_500);
  note(5_000, { ...cut, state: 'queued', comebacks: 1 });
  assert.equal(stops.next, undefined);
  note(6_000, { ...cut, since: new Date(opening + 6_000).toISOString(), comebacks: 3 });
  assert.deepEqual(take(7_500), ['thread-boss']);
});

test('a folder that was closed takes its threads along', () => {
  const { stops, take } = makeStops(thread('thread-one'));
  take(2_000);
  stops.note(new Map(), opening + 3_000);
  assert.equal(stops.unseen, 0);
});
