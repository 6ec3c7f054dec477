import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { makeDock } from './harness.ts';

test('a client that stopped the host starts no other one, and comes back when it is told to', async t => {
  const dock = await makeDock(t);
  const client = await dock.connect();
  const pid = await dock.hostPid();
  await client.stop();
  await waitFor('the client to be offline', () => client.state.kind === 'offline');
  await waitFor('the host to end', async () => (await dock.processes()).length === 0);
  await assert.rejects(client.call('list_threads', {}), { code: 'not_found' });
  assert.deepEqual(await dock.processes(), []);

  client.retry();
  await client.call('list_threads', {});
  assert.notEqual(await dock.hostPid(), pid);
});
