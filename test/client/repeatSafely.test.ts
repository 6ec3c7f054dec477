import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatSafely } from '../../src/client/repeatSafely.ts';

test('the same call has the same key until it succeeds; other arguments and the next call have another', async () => {
  const keys: string[] = [];
  let fails = true;
  const call = repeatSafely<{ prompt: string }, string>(async args => {
    keys.push(args.idempotency_key);
    if (fails) throw new Error('The connection broke off.');
    return args.prompt;
  });
  await assert.rejects(call({ prompt: 'one' }));
  await assert.rejects(call({ prompt: 'one' }));
  await assert.rejects(call({ prompt: 'two' }));
  fails = false;
  assert.equal(await call({ prompt: 'two' }), 'two');
  assert.equal(await call({ prompt: 'two' }), 'two');
  const [first, again, changed, success, next] = keys;
  assert.equal(first, again);
  assert.equal(changed, success);
  assert.equal(new Set([first, changed, next]).size, 3);
});
