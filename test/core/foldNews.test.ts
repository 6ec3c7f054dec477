import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/contracts/message.ts';
import { digestText } from '../../src/core/digest.ts';
import { created, message, messageId, queued, reduce } from './changes.ts';

const master = created({ role: 'master', depth: 0 });

function end(number: number, child: string, outcome = 'completed') {
  const news = { kind: 'child_ended', origin: 'host', from: `thread-${child}`, outcome } as const;
  return message(number, news);
}

const many = (count: number, first: number, child = 'busy') =>
  Array.from({ length: count }, (_, index) => end(first + index, child));
const last = (inbox: readonly Message[], child: string) =>
  inbox.findLast(({ from }) => from === `thread-${child}`);

test('of the news that nobody fetches so many are kept, and the last of each child says how many there were', () => {
  const all = [end(1, 'quiet', 'failed'), end(2, 'busy', 'failed'), ...many(5_000, 3)];
  const { inbox } = reduce(master, ...all);
  assert.equal(inbox.length, 200);
  assert.deepEqual(last(inbox, 'quiet')?.id, messageId(1));
  assert.equal(last(inbox, 'quiet')?.earlier, undefined);
  assert.equal(last(inbox, 'busy')?.id, messageId(5_002));
  // None is uncounted: what it stands for is told with the one that follows.
  const counted = inbox.map(({ earlier = {} }) => earlier);
  const sum = (outcome: string) => counted.reduce((total, { [outcome]: count = 0 }) => total + count, 0);
  assert.deepEqual([sum('failed'), sum('completed')], [1, 5_002 - inbox.length - 1]);
});

test('the last end of every child stays, however many there are', () => {
  const all = Array.from({ length: 300 }, (_, index) => end(index, `child-${index}`));
  assert.equal(reduce(master, ...all).inbox.length, 300);
  const again = Array.from({ length: 300 }, (_, index) => end(300 + index, `child-${index}`));
  const { inbox } = reduce(master, ...all, ...again);
  assert.deepEqual(
    inbox.map(({ id }) => id),
    again.map((_, index) => messageId(300 + index)),
  );
});

test('what a child waits for, words and what a turn is to bring are not counted away', () => {
  const waits = message(1, { kind: 'child_waits', origin: 'host', from: 'thread-busy', outcome: 'question' });
  const word = message(2, { from: 'thread-busy' });
  const brought = queued('t1', { brings: [messageId(3)] });
  const { inbox } = reduce(master, waits, word, end(3, 'busy'), brought, ...many(400, 4));
  assert.deepEqual(
    inbox.slice(0, 3).map(({ id, earlier }) => [id, earlier]),
    [1, 2, 3].map(number => [messageId(number), undefined]),
  );
  assert.equal(inbox.length, 202);
});

test('a digest says which ends it does not tell of, and where they are', () => {
  const { inbox } = reduce(master, end(1, 'busy', 'failed'), ...many(202, 2));
  const told = inbox.find(({ earlier }) => earlier !== undefined);
  assert.ok(told);
  const text = digestText([{ message: told, text: 'Done.', taskName: undefined }]);
  assert.match(
    text,
    /Before that 3 turns of it ended \(2 completed, 1 failed\): read_thread on thread-busy has them\.$/,
  );
  const one = { ...told, earlier: { interrupted: 1 } };
  assert.match(
    digestText([{ message: one, text: '', taskName: undefined }]),
    /1 turn of it ended \(1 interrupted\)/,
  );
});
