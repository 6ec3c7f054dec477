import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptKeys, madeBy, withKey } from '../../src/core/callKeys.ts';

function after(calls: readonly string[]): Record<string, string> {
  return calls.reduce<Record<string, string>>((keys, key) => withKey(keys, key, `made by ${key}`), {});
}

test('the newest keys are known again, the oldest are not, whatever they look like', () => {
  const calls = Array.from({ length: keptKeys + 2 }, (_, index) =>
    index % 2 === 0 ? `${index}` : `call ${index}`,
  );
  const keys: unknown = JSON.parse(JSON.stringify(after(calls)));
  assert.equal(Object.keys(keys as object).length, keptKeys);
  for (const key of calls.slice(0, 2)) assert.equal(madeBy(keys as Record<string, string>, key), undefined);
  for (const key of calls.slice(2))
    assert.equal(madeBy(keys as Record<string, string>, key), `made by ${key}`);
});

test('a name that every object has is no key that was used', () => {
  assert.equal(madeBy({}, 'constructor'), undefined);
  assert.equal(madeBy(after(['__proto__']), '__proto__'), 'made by __proto__');
});
