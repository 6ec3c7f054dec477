import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../support/waitFor.ts';
import { created, of, queued, threadId, wholeTurn } from './changes.ts';
import { makeStoreHarness } from './storeHarness.ts';

interface Entry {
  readonly id: string;
  readonly state: string;
}

async function workersIn(state: string): Promise<readonly Entry[]> {
  const text = await readFile(join(state, 'active_workers.json'), 'utf8');
  return (JSON.parse(text) as { workers: Entry[] }).workers;
}

test('every thread that is not at rest is in the mirror, and leaves it when it is', async t => {
  const { open, state } = await makeStoreHarness(t);
  const store = await open();
  await store.commit(of(threadId(1), created, queued('t1')));
  await store.commit(of(threadId(2), created, ...wholeTurn('t1')));
  await waitFor('the thread', async () => (await workersIn(state).catch(() => [])).length === 1);
  assert.deepEqual(
    (await workersIn(state)).map(one => [one.id, one.state]),
    [[threadId(1), 'queued']],
  );
  await store.commit(of(threadId(1), { type: 'cancel.requested', by: 'person' }));
  await waitFor('the empty mirror', async () => (await workersIn(state)).length === 0);
});

test('under load the mirror is written at most ten times a second and always valid', async t => {
  const { open, state } = await makeStoreHarness(t);
  const store = await open();
  await store.flush();
  const written = new Set<string>();
  const end = performance.now() + 1000;
  const reading = (async () => {
    while (performance.now() < end) {
      const text = await readFile(join(state, 'active_workers.json'), 'utf8');
      written.add((JSON.parse(text) as { written_at: string }).written_at);
      await pause(1);
    }
  })();
  for (let number = 0; performance.now() < end; number += 1) {
    await store.commit(of(threadId(number % 50), number < 50 ? created : queued(`t${number}`)));
  }
  await reading;
  assert.ok(written.size >= 3 && written.size <= 12, `written ${written.size} times`);
});

test('what a thread of an earlier host left in the mirror is gone after the next start', async t => {
  const { open, state } = await makeStoreHarness(t);
  await (await open()).close();
  await writeFile(join(state, 'active_workers.json'), '{"v":1,"workers":[{"id":"thread-ghost"}]}');
  await open();
  await waitFor('the new mirror', async () => (await workersIn(state)).length === 0);
});
