import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Thread } from '../../src/contracts/thread.ts';
import { knownThread } from '../../src/terminals/knownThread.ts';
import { makeThread } from '../views/threads.ts';

function makeFleet() {
  const threads = new Map<ThreadId, Thread>();
  const listeners = new Set<(changed: readonly Thread[], isSnapshot: boolean) => void>();
  const client = {
    threads,
    onDidChangeThreads: (listener: (changed: readonly Thread[], isSnapshot: boolean) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const add = (thread: Thread) => {
    threads.set(thread.id, thread);
    for (const listener of listeners) listener([thread], false);
  };
  return { client, add, listeners };
}

test('a thread that is there is given at once', async () => {
  const { client, add } = makeFleet();
  add(makeThread('thread-one', 'x'));
  assert.equal((await knownThread(client, 'thread-one'))?.task_name, 'x');
});

test('one that was just spawned is waited for, and nothing keeps listening', async () => {
  const { client, add, listeners } = makeFleet();
  const found = knownThread(client, 'thread-one');
  add(makeThread('thread-two', 'other'));
  add(makeThread('thread-one', 'x'));
  assert.equal((await found)?.task_name, 'x');
  assert.equal(listeners.size, 0);
});
