import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { threadIdSchema } from '../../src/contracts/ids.ts';
import { makeThreadId } from '../../src/core/naming.ts';

test('a thread id carries the words of its task', () => {
  assert.match(
    makeThreadId('Frontend: Settings (impl)', () => false),
    /^thread-frontend-settings-impl-[a-z0-9]{5}$/,
  );
});

test('any task name gives a valid id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), name => {
      assert.equal(threadIdSchema.safeParse(makeThreadId(name, () => false)).success, true);
    }),
  );
});

test('a taken id is not given again', () => {
  const taken = new Set<string>();
  for (let round = 0; round < 200; round += 1) {
    const id = makeThreadId('same', one => taken.has(one));
    assert.equal(taken.has(id), false);
    taken.add(id);
  }
});
