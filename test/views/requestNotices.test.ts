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

function makeNotices(since = opening) {
  const notices = new RequestNotices(since);
  const all = () => true;
  return {
    notices,
    taken: (now: number, isOpen: Parameters<typeof notices.take>[1] = all) =>
      notices.take(now, isOpen).map(({ request }) => request),
  };
}

test('requests that come together are told together, and each once', () => {
  const { notices, taken } = makeNotices();
  const first = worker('thread-one', [permission('req-aaaaaaaaaa')]);
  notices.note('a', fleet(first), 1000);
  assert.deepEqual(taken(1000), []);
  notices.note('a', fleet(first, worker('thread-two', [permission('req-bbbbbbbbbb')])), 1000);
  assert.equal(notices.next, 2500);
  assert.deepEqual(taken(2500), ['req-aaaaaaaaaa', 'req-bbbbbbbbbb']);
  notices.note('a', fleet(first), 3000);
  assert.equal(notices.next, undefined);
});

test('what is answered meanwhile is told to nobody', () => {
  const { notices, taken } = makeNotices();
  notices.note('a', fleet(worker('thread-one', [permission('req-aaaaaaaaaa')])), 0);
  assert.deepEqual(
    taken(5000, () => false),
    [],
  );
  assert.deepEqual(taken(9000), []);
});

test('what waited before the window was opened is no news', () => {
  const { notices } = makeNotices(opening + 1);
  notices.note('a', fleet(worker('thread-one', [permission('req-aaaaaaaaaa')])), 0);
  assert.equal(notices.next, undefined);
});

test('a master has time to answer a question of its thread; a permission only the person can give', () => {
  const { notices, taken } = makeNotices();
  const boss = makeThread('thread-boss', 'boss', { role: 'master', state: 'idle' });
  const child = { parent_id: boss.id };
  notices.note(
    'a',
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
