import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import { dueTurns, fleetOf, isAtWork, queuePosition, queuePositions } from '../../src/core/schedule.ts';
import { makeThread, makeTurn } from './makeThread.ts';

const queued = (id: string, gseq: number) =>
  makeThread({ id, state: 'queued', queue: [makeTurn({ id: `turn-${id}`, queued_gseq: gseq })] });
const running = (id: string) =>
  makeThread({ id, state: 'running', turn: makeTurn({ id: `turn-${id}`, sent: true }) });

test('turns start in the order they were queued, while slots are free', () => {
  const threads = [
    queued('thread-late', 9),
    running('thread-run'),
    queued('thread-early', 3),
    queued('thread-mid', 5),
  ];
  const due = dueTurns(threads, 2).map(({ thread }) => thread.id);
  assert.deepEqual(due, ['thread-early', 'thread-mid']);
});

test('nothing starts when all slots are held', () => {
  assert.deepEqual(dueTurns([running('thread-one'), queued('thread-two', 1)], 0), []);
});

test('a prompt for a busy thread waits behind its running turn and has no place in the queue', () => {
  const busy = { ...running('thread-busy'), queue: [makeTurn({ id: 'turn-next' })] };
  assert.deepEqual(dueTurns([busy], 5), []);
  assert.equal(queuePosition([busy], busy), undefined);
});

test('a cancelled thread never starts', () => {
  assert.deepEqual(dueTurns([{ ...queued('thread-gone', 1), cancel_requested: true }], 5), []);
});

test('a thread that is about to start is not started twice, and frees its place for the next', () => {
  const threads = [queued('thread-aaa', 1), queued('thread-bbb', 2)];
  const due = dueTurns(threads, 1, id => id === 'thread-aaa').map(({ thread }) => thread.id);
  assert.deepEqual(due, ['thread-bbb']);
});

test('the place in the queue counts from one', () => {
  const [later, sooner] = [queued('thread-bbb', 4), queued('thread-aaa', 2)];
  const threads = [later, running('thread-run'), sooner];
  assert.equal(queuePosition(threads, sooner), 1);
  assert.equal(queuePosition(threads, later), 2);
  assert.deepEqual(
    [...queuePositions(threads)],
    [
      ['thread-aaa', 1],
      ['thread-bbb', 2],
    ],
  );
});

test('the fleet line counts running, queued and waiting threads apart', () => {
  const threads = [
    running('thread-run'),
    queued('thread-que', 1),
    makeThread({ id: 'thread-ask', state: 'waiting_permission' }),
    makeThread({ id: 'thread-end' }),
    // An agent that waits for its person in its own terminal holds no slot.
    makeThread({
      id: 'thread-own',
      state: 'running',
      turn: makeTurn({ id: 't', native: true, rests: true }),
    }),
  ];
  assert.deepEqual(fleetOf(threads, 6), { running: 1, queued: 1, waiting: 1, capacity: 6 });
});

test('who has left a question and works on is at work; who rests in a terminal is not', () => {
  const left: AgentRequest = {
    id: 'req-aaaaaaaaaa',
    kind: 'question',
    turn_id: 't',
    detached: true,
    title: 'Which?',
    detail: { text: 'Which?' },
    questions: [],
    opened_at: '2026-01-01T00:00:00.000Z',
  };
  assert.equal(isAtWork({ ...running('thread-run'), requests: [left] }), true);
  const turn = makeTurn({ id: 't', native: true, rests: true });
  assert.equal(isAtWork(makeThread({ id: 'thread-own', state: 'running', turn })), false);
});

test('the fleet line does not count as running who waits for other threads', () => {
  const threads = [
    running('thread-run'),
    running('thread-aside'),
    // Of several calls one waits for threads, and one for a person.
    makeThread({ id: 'thread-ask', state: 'waiting_permission' }),
    queued('thread-que', 1),
  ];
  const isAside = (id: string) => id !== 'thread-run';
  assert.deepEqual(fleetOf(threads, 6, isAside), { running: 1, queued: 1, waiting: 1, capacity: 6 });
});
