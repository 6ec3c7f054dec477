import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeOtherHost } from './otherHost.ts';

const hello = () => ({ epoch: 1, gseq: 0, snapshot: false });

test('a request that an older host does not know is a version mismatch, with the way out', async t => {
  const { client } = await makeOtherHost(t, { requests: { hello } });
  await assert.rejects(client.status(), {
    code: 'version_mismatch',
    retryable: false,
    hint: /host stop --when-idle/,
  });
});
