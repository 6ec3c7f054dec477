import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Thread } from '../../src/contracts/thread.ts';
import { AllDone } from '../../src/views/allDone.ts';
import { makeThread } from './threads.ts';

const begin = Date.parse('2026-11-01T10:00:00.000Z');
const minute = 60_000;

function thread(id: string, change: Partial<Thread> = {}): Thread {
  return makeThread(id, id, { state: 'running', ...change });
}

function makeDone() {
  const done = new AllDone();
  let threads: readonly Thread[] = [];
  const note = (at: number, ...all: readonly Thread[]) => {
    threads = all;
    done.note(new Map([['a', new Map(all.map(one => [one.id, one]))]]), begin + at);
  };
  const take = (at: number) =>
    done.take(begin + at, (_, id) => threads.find(one => one.id === id)).map(one => one.threads);
  return { done, note, take };
}

test('after longer work the person is told once that everybody rests', () => {
  const { done, note, take } = makeDone();
  const boss = thread('thread-boss', { role: 'master' });
  const child = thread('thread-child', { parent_id: boss.id, depth: 1 });
  note(0, boss, child);
  note(minute, { ...boss, state: 'idle' }, child);
  assert.equal(done.next, undefined);
  const rests = [
    { ...boss, state: 'idle' },
    { ...child, state: 'completed' },
  ] as const;
  note(2 * minute, ...rests);
  assert.deepEqual(take(2 * minute), []);
  assert.equal(done.next, begin + 2 * minute + 5_000);
  assert.deepEqual(take(2 * minute + 5_000), [['thread-boss']]);
  note(3 * minute, ...rests);
  assert.equal(done.next, undefined);
});

test('news that wake the master in time, an open question and a master that comes back are not the end', () => {
  const { done, note } = makeDone();
  const boss = thread('thread-boss', { role: 'master' });
  note(0, boss);
  note(2 * minute, { ...boss, state: 'idle' });
  note(2 * minute + 2_000, { ...boss, state: 'queued' });
  assert.equal(done.next, undefined);
  note(3 * minute, { ...boss, state: 'waiting_input' });
  assert.equal(done.next, undefined);
});

test('short work, and work of which nothing ended well, is told to nobody', () => {
  const short = makeDone();
  short.note(0, thread('thread-one'));
  short.note(minute - 1, thread('thread-one', { state: 'completed' }));
  assert.deepEqual(short.take(2 * minute), []);
  const failed = makeDone();
  failed.note(0, thread('thread-one'), thread('thread-two'));
  failed.note(
    minute,
    thread('thread-one', { state: 'failed' }),
    thread('thread-two', { state: 'cancelled' }),
  );
  assert.deepEqual(failed.take(2 * minute), []);
});

test('work that had begun before the window counts from its beginning', () => {
  const { note, take } = makeDone();
  note(2 * minute, thread('thread-one'));
  note(2 * minute + 1, thread('thread-one', { state: 'completed' }));
  assert.deepEqual(take(3 * minute), [['thread-one']]);
});

test('what rested all the time is no news', () => {
  const { done, note } = makeDone();
  note(0, thread('thread-one', { state: 'completed' }));
  assert.equal(done.next, undefined);
});
