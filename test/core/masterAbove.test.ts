import assert from 'node:assert/strict';
import { test } from 'node:test';
import { masterAbove } from '../../src/core/masterAbove.ts';
import { makeThread } from './makeThread.ts';

test('the nearest master above hears of a thread, whatever lies between', () => {
  const threads = new Map(
    [
      makeThread({ id: 'thread-boss', role: 'master' }),
      makeThread({ id: 'thread-child', parent_id: 'thread-boss' }),
      makeThread({ id: 'thread-grandchild', parent_id: 'thread-child' }),
      makeThread({ id: 'thread-alone' }),
      makeThread({ id: 'thread-below', parent_id: 'thread-alone' }),
    ].map(one => [one.id, one]),
  );
  const above = [...threads.values()].map(one => masterAbove(one, id => threads.get(id))?.id);
  assert.deepEqual(above, [undefined, 'thread-boss', 'thread-boss', undefined, undefined]);
});
