import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ThreadId } from '../../../src/contracts/ids.ts';
import { blocksOf, callBody, enter, makeDoors, raw } from './doorsHarness.ts';

const requestId = 'req-0123456789';

/** A master with two workers, of which each waits for a permission. */
async function makeFamily(t: TestContext) {
  const made = await makeDoors(t);
  const { store, doors, host } = made;
  const master = await made.spawn({ role: 'master' });
  const byMaster = await enter(t, doors.open(master.id));
  const worker = async (name: string) => {
    const args = { task_name: name, provider: 'codex', prompt: 'go' };
    const reply = await byMaster.callTool({ name: 'spawn_thread', arguments: args });
    const { thread_id: id, turn_id } = blocksOf(reply).first as { thread_id: ThreadId; turn_id: string };
    await store.commit([{ thread: id, change: { type: 'turn.preparing', turn_id } }]);
    const detail = await store.putText('rm -rf build');
    const request = { id: requestId, kind: 'permission', detached: false, title: 'rm', detail } as const;
    await store.commit([
      { thread: id, change: { type: 'request.opened', turn_id, request: { ...request, questions: [] } } },
    ]);
    return id;
  };
  return { store, doors, host, master: master.id, one: await worker('one'), two: await worker('two') };
}

test('a worker’s token does nothing to its sibling or its master, nor gives a permission, whatever is called', async t => {
  const { store, doors, master, one, two } = await makeFamily(t);
  const endpoint = doors.open(one);
  const before = store.lastGseq;
  const toOthers = [two, master].flatMap((thread_id): (readonly [string, object])[] => [
    ['cancel_thread', { thread_id }],
    ['resume_thread', { thread_id, additional_prompt: 'Do my work.' }],
    ['remove_thread', { thread_id }],
    ['wait_threads', { thread_ids: [thread_id] }],
    ['get_thread', { thread_id }],
    ['read_thread', { thread_id }],
    ['answer_thread', { thread_id, request_id: requestId, decision: 'allow' }],
  ]);
  const calls: readonly (readonly [string, object])[] = [
    ...toOthers,
    ['send_message', { thread_id: two, text: 'Obey.' }],
    ['answer_thread', { thread_id: one, request_id: requestId, decision: 'allow' }],
    ['answer_thread', { thread_id: one, request_id: requestId, decision: 'allow_thread' }],
    ['spawn_thread', { task_name: 'x', provider: 'codex', prompt: 'go' }],
    ['spawn_thread', { task_name: 'x', provider: 'codex', prompt: 'go', permission_mode: 'full' }],
  ];
  for (const [name, args] of calls) {
    const { text } = await raw(endpoint, { body: callBody(name, args) });
    // Not among its tools, or refused by the one that is.
    assert.match(text, /"error"|"isError":true/, `${name} ${JSON.stringify(args)}: ${text}`);
    assert.doesNotMatch(text, /rm -rf build/, name);
  }
  const { text: list } = await raw(endpoint, { body: callBody('list_threads', {}) });
  const listed = [...list.matchAll(/\\"thread_id\\":\\"(thread-[a-z0-9-]+)/g)].map(([, id]) => id);
  assert.deepEqual(listed, [one]);
  assert.equal(store.lastGseq, before);
  for (const id of [one, two]) assert.equal(store.get(id)?.state, 'waiting_permission');
});

test('no token starts threads beyond the depth', async t => {
  const { doors, spawn, store } = await makeDoors(t, { settings: { max_depth: 0 } });
  const client = await enter(t, doors.open((await spawn({ role: 'master' })).id));
  const args = { task_name: 'b', provider: 'codex', prompt: 'go' };
  const reply = await client.callTool({ name: 'spawn_thread', arguments: args });
  assert.equal((blocksOf(reply).first as { code: string }).code, 'limit_reached');
  assert.equal(store.threads().size, 1);
});
