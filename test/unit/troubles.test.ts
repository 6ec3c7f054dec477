import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchTroubles } from '../../src/host/troubles.ts';
import { created, of, queued, threadId } from '../store/changes.ts';
import { makeStoreHarness } from '../store/storeHarness.ts';

test('a write that is tried again goes to the log, and to no window as damage', async t => {
  const { open, state } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(threadId(1), created, queued('t1')));
  await store.flush();
  const said: string[] = [];
  const told: unknown[] = [];
  const troubles = watchTroubles(store, message => said.push(message));
  t.after(() => troubles.close());
  troubles.onChange(trouble => told.push(trouble));
  for (const name of ['active_workers.json', 'agentdock.db.seal', `history/${threadId(1)}.jsonl`]) {
    await rm(join(state, name));
    await mkdir(join(state, name));
  }
  await store.commit(of(threadId(1), queued('t2')));
  await store.flush();
  assert.deepEqual(said.map(line => line.split(':')[0]).sort(), [
    'active_workers.json',
    'agentdock.db',
    `history/${threadId(1)}.jsonl`,
  ]);
  assert.deepEqual([troubles.current(), told], [undefined, []]);

  await rm(join(state, 'journal'), { recursive: true });
  await store.commit(of(threadId(1), queued('t3')));
  assert.deepEqual([troubles.current()?.damage.length, told.length], [1, 1]);
});
