import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolSchemas } from '../../src/contracts/tools.ts';
import { makeToolHarness, startedBy } from './toolHarness.ts';

const spawn = { task_name: 'a', provider: 'codex', prompt: 'go' };

test('all threads can be reached page by page, newest first and each once, also when one is spawned in between', async t => {
  const { call } = await makeToolHarness(t);
  const spawned: string[] = [];
  for (let count = 0; count < 7; count += 1) spawned.push((await startedBy(call('spawn_thread', spawn))).id);
  const page = async (cursor: string | undefined) => {
    const reply = await call('list_threads', { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(reply.ok);
    return toolSchemas.list_threads.output.parse(reply.result);
  };
  const first = await page(undefined);
  assert.equal(first.total, 7);
  const between = await startedBy(call('spawn_thread', spawn));
  const second = await page(first.cursor);
  assert.equal(second.total, 8);
  const third = await page(second.cursor);
  assert.equal(third.cursor, undefined);
  // Of the same millisecond as the last before it, the new one may come on either page.
  const listed = [first, second, third]
    .flatMap(({ threads }) => threads)
    .filter(({ thread_id }) => thread_id !== between.id);
  assert.deepEqual(listed.map(({ thread_id }) => thread_id).sort(), spawned.toSorted());
  const times = listed.map(({ created_at }) => created_at);
  assert.deepEqual(times, times.toSorted().reverse());
});

test('the end of a page that nobody knows is refused', async t => {
  const { call } = await makeToolHarness(t);
  const reply = await call('list_threads', { cursor: 'thread-nobody-knows' });
  assert.ok(!reply.ok);
  assert.equal(reply.error.code, 'not_found');
});
