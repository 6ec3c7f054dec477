import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { stayFound } from '../../src/host/stayFound.ts';
import { makeStoreHarness } from '../store/storeHarness.ts';
import { waitFor } from '../support/waitFor.ts';

test('a host whose lock became unreadable brings it back and goes on', async t => {
  const { open, state } = await makeStoreHarness(t);
  const store = await open();
  const lock = await readFile(join(state, 'lock'), 'utf8');
  const said: string[] = [];
  let published = 0;
  await writeFile(join(state, 'lock'), '');
  const found = stayFound({
    store,
    isPublished: async () => true,
    publish: async () => {
      published += 1;
    },
    onMoved: () => said.push('moved'),
    onTaken: () => said.push('taken'),
    log: message => said.push(message),
  });
  t.after(() => found.close());
  await waitFor('the host to act', () => published > 0 || said.includes('taken'));
  assert.deepEqual(said, ['the lock or the endpoint file was removed or changed; writing it again']);
  assert.equal(await readFile(join(state, 'lock'), 'utf8'), lock);
});
