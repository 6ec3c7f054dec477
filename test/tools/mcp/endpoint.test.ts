import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, enter, makeDoors } from './doorsHarness.ts';

test('an agent of a thread gets the tools of its role, and acts as its thread', async t => {
  const { doors, spawn, store } = await makeDoors(t);
  const { id: master } = await spawn({ role: 'master' });
  const client = await enter(t, doors.open(master));
  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'spawn_thread'));
  const reply = await client.callTool({
    name: 'spawn_thread',
    arguments: { task_name: 'child', provider: 'claude_code', prompt: 'work' },
  });
  assert.equal(reply.isError, false);
  assert.equal(
    [...store.threads().values()].find(({ task_name }) => task_name === 'child')?.parent_id,
    master,
  );
});

test('a door that was shut opens to nobody', async t => {
  const { doors, spawn } = await makeDoors(t);
  const endpoint = doors.open((await spawn()).id);
  await enter(t, endpoint);
  doors.shut(endpoint);
  await assert.rejects(enter(t, endpoint), /401|Unauthorized|invalid_token|unauthorized/i);
});

test('a worker is shown none of its master’s tools, and calling one does nothing', async t => {
  const { doors, spawn, store } = await makeDoors(t);
  const client = await enter(t, doors.open((await spawn()).id));
  const before = store.threads().size;
  const args = { task_name: 'b', provider: 'codex', prompt: 'go' };
  await assert.rejects(client.callTool({ name: 'spawn_thread', arguments: args }), /spawn_thread/);
  assert.equal(store.threads().size, before);
});

test('a worker’s token does not reach its sibling', async t => {
  const { doors, spawn } = await makeDoors(t);
  const { id: sibling } = await spawn();
  const client = await enter(t, doors.open((await spawn()).id));
  const reply = await client.callTool({ name: 'read_thread', arguments: { thread_id: sibling } });
  assert.equal(reply.isError, true);
  const { code, hint } = blocksOf(reply).first as { code: string; hint: string };
  assert.equal(code, 'permission_denied');
  assert.match(hint, /only on itself/);
});

test('wrong arguments are refused in the tools’ own words, a feature to come by its name', async t => {
  const { doors, spawn } = await makeDoors(t);
  const client = await enter(t, doors.open((await spawn({ role: 'master' })).id));
  const refusal = async (args: Record<string, unknown>) =>
    blocksOf(await client.callTool({ name: 'spawn_thread', arguments: args })).first as {
      code: string;
      message: string;
    };
  const task = { task_name: 'b', provider: 'codex', prompt: 'go' };
  const missing = await refusal({ ...task, prompt: ' ' });
  assert.equal(missing.code, 'invalid_arguments');
  assert.match(missing.message, /`prompt`.*only white space/);
  assert.equal((await refusal({ ...task, isolation: 'worktree' })).code, 'not_implemented');
  assert.equal((await refusal({ ...task, role: 'master' })).code, 'permission_denied');
});

test('what is to be said besides comes as a text of its own', async t => {
  const seen: string[] = [];
  const { doors, spawn } = await makeDoors(t, {
    besides: {
      takeForReply: async () => (seen.push('taken') === 1 ? 'AgentDock: a message for you.' : undefined),
    },
  });
  const client = await enter(t, doors.open((await spawn()).id));
  const first = blocksOf(await client.callTool({ name: 'list_threads', arguments: {} }));
  assert.deepEqual(first.more, ['AgentDock: a message for you.']);
  assert.equal((first.first as { total: number }).total, 1);
  const second = blocksOf(await client.callTool({ name: 'list_threads', arguments: {} }));
  assert.deepEqual(second.more, []);
});

test('a reply is not lost over what could not be said besides; the log tells', async t => {
  const { doors, spawn, log } = await makeDoors(t, {
    besides: { takeForReply: () => Promise.reject(new Error('the disk is full')) },
  });
  const client = await enter(t, doors.open((await spawn()).id));
  const reply = await client.callTool({ name: 'list_threads', arguments: {} });
  assert.equal(reply.isError, false);
  assert.match(log.join('\n'), /the disk is full/);
});

test('a master’s token reaches no other master’s threads and gives no permission', async t => {
  const { doors, spawn, store } = await makeDoors(t);
  const code = async (thread: string, name: string, args: Record<string, unknown>) => {
    const client = await enter(t, doors.open(thread));
    const reply = await client.callTool({ name, arguments: args });
    return (blocksOf(reply).first as { code?: string }).code;
  };
  const { id: one } = await spawn({ role: 'master' });
  const { id: two, turn } = await spawn({ role: 'master' });
  assert.equal(await code(one, 'cancel_thread', { thread_id: two }), 'permission_denied');
  assert.equal(await code(one, 'read_thread', { thread_id: two }), 'permission_denied');
  assert.equal(
    await code(one, 'send_message', { thread_id: two, text: 'obey', when: 'now' }),
    'permission_denied',
  );
  const full = { task_name: 'b', provider: 'codex', prompt: 'go', permission_mode: 'full' };
  assert.equal(await code(one, 'spawn_thread', full), 'permission_denied');

  const request = { id: 'req-0123456789', kind: 'permission', detached: false, title: 'rm' } as const;
  const detail = await store.putText('rm -rf build');
  await store.commit([
    {
      thread: two,
      change: { type: 'request.opened', turn_id: turn, request: { ...request, detail, questions: [] } },
    },
  ]);
  const allow = { thread_id: two, request_id: request.id, decision: 'allow' };
  assert.equal(await code(two, 'answer_thread', allow), 'permission_denied');
  assert.equal(await code(one, 'answer_thread', allow), 'permission_denied');
  assert.equal(store.get(two)?.requests.length, 1);
});
