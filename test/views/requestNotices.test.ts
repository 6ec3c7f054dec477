import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Thread } from '../../src/contracts/thread.ts';
import { RequestNotices } from '../../src/views/requestNotices.ts';
import { permission, question } from '../terminals/requests.ts';
import { makeThread } from './threads.ts';

const opening = Date.parse('2026-11-01T10:00:00.000Z');

function fleet(...threads: readonly Thread[]): ReadonlyMap<ThreadId, Thread> {
  return new Map(threads.map(thread => [thread.id, thread]));
}

function worker(id: string, requests: readonly AgentRequest[], change: Partial<Thread> = {}): Thread {
  return makeThread(id, id, { state: 'waiting_permission', requests: [...requests], ...change });
}

/** All times count from the opening of the requests. */
function makeNotices() {
  const notices = new RequestNotices();
  const all = () => true;
  return {
    note: (threads: ReadonlyMap<ThreadId, Thread>, now: number) => notices.note('a', threads, opening + now),
    next: () => notices.next && notices.next - opening,
    taken: (now: number, isOpen: Parameters<typeof notices.take>[1] = all) =>
      notices.take(opening + now, isOpen).map(({ request }) => request),
  };
}

test('requests that come together are told together, and each once', () => {
  const { note, next, taken } = makeNotices();
  const first = worker('thread-one', [permission('req-aaaaaaaaaa')]);
  note(fleet(first), 1000);
  assert.deepEqual(taken(1000), []);
  note(fleet(first, worker('thread-two', [permission('req-bbbbbbbbbb')])), 1000);
  assert.equal(next(), 2500);
  assert.deepEqual(taken(2500), ['req-aaaaaaaaaa', 'req-bbbbbbbbbb']);
  note(fleet(first), 3000);
  assert.equal(next(), undefined);
});

test('what is answered meanwhile is told to nobody', () => {
  const { note, taken } = makeNotices();
  note(fleet(worker('thread-one', [permission('req-aaaaaaaaaa')])), 0);
  assert.deepEqual(
    taken(5000, () => false),
    [],
  );
  assert.deepEqual(taken(9000), []);
});

test('what waited before the window was opened is told once, together; a master keeps its time', () => {
  const { note, next, taken } = makeNotices();
  const boss = makeThread('thread-boss', 'boss', { role: 'master', state: 'idle' });
  const threads = fleet(
    boss,
    worker('thread-one', [permission('req-aaaaaaaaaa')]),
    worker('thread-two', [permission('req-bbbbbbbbbb')]),
    worker('thread-three', [question('req-cccccccccc', [])], { parent_id: boss.id }),
  );
  note(threads, 20_000);
  assert.deepEqual(taken(21_500), ['req-aaaaaaaaaa', 'req-bbbbbbbbbb']);
  assert.equal(next(), 30_000);
  assert.deepEqual(taken(30_000), ['req-cccccccccc']);
  note(threads, 60_000);
  assert.equal(next(), undefined);
});

test('a master has time to answer a question of its thread; a permission only the person can give', () => {
  const { note, taken } = makeNotices();
  const boss = makeThread('thread-boss', 'boss', { role: 'master', state: 'idle' });
  const child = { parent_id: boss.id };
  note(
    fleet(
      boss,
      worker('thread-one', [question('req-aaaaaaaaaa', [])], child),
      worker('thread-two', [permission('req-bbbbbbbbbb')], child),
    ),
    0,
  );
  assert.deepEqual(taken(1500), ['req-bbbbbbbbbb']);
  assert.deepEqual(taken(29_999), []);
  assert.deepEqual(taken(30_000), ['req-aaaaaaaaaa']);
});
