import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInSubtree, subtree } from '../../src/core/subtree.ts';
import { makeThread } from './makeThread.ts';

const threads = new Map(
  [
    makeThread({ id: 'thread-top' }),
    makeThread({ id: 'thread-mid', parent_id: 'thread-top' }),
    makeThread({ id: 'thread-leaf', parent_id: 'thread-mid' }),
    makeThread({ id: 'thread-other' }),
  ].map(thread => [thread.id, thread]),
);

test('a thread is in its own subtree and in those above it, and in no other', () => {
  assert.equal(isInSubtree(threads, 'thread-leaf', 'thread-leaf'), true);
  assert.equal(isInSubtree(threads, 'thread-top', 'thread-leaf'), true);
  assert.equal(isInSubtree(threads, 'thread-leaf', 'thread-top'), false);
  assert.equal(isInSubtree(threads, 'thread-other', 'thread-leaf'), false);
});

test('the subtree holds the root and all below it', () => {
  assert.deepEqual(
    subtree(threads, 'thread-mid').map(({ id }) => id),
    ['thread-mid', 'thread-leaf'],
  );
});
