import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderHealth } from '../../src/contracts/provider.ts';
import { createKnownHealth } from '../../src/host/knownHealth.ts';
import { waitFor } from '../support/waitFor.ts';

const answer: readonly ProviderHealth[] = [
  { provider: 'codex', installed: true, signed_in: 'yes', status: 'healthy', message: 'Fine.' },
];

test('the first answer is waited for, and asked for once', async () => {
  let asked = 0;
  const known = createKnownHealth(async () => {
    asked += 1;
    return answer;
  });
  assert.deepEqual(await known(), answer);
  assert.deepEqual(await known(), answer);
  assert.equal(asked, 1);
});

test('a check that hangs holds nobody up, and its late answer counts', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly ProviderHealth[]>();
  const known = createKnownHealth(() => promise, 1);
  assert.equal(await known(), undefined);
  resolve(answer);
  assert.deepEqual(await waitFor('the answer', known), answer);
});

test('a check that fails is as none', async () => {
  const known = createKnownHealth(() => Promise.reject(new Error('no')));
  assert.equal(await known(), undefined);
});
