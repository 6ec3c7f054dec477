import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ToolEndpoint } from '../../../src/contracts/toolEndpoint.ts';
import { openToolDoors } from '../../../src/tools/mcp/toolDoors.ts';
import { makeToolHarness, prepare, startedBy } from '../toolHarness.ts';

async function makeDoors(t: TestContext) {
  const harness = await makeToolHarness(t);
  const besides = { takeForReply: async () => undefined, repliesArrived: async () => undefined };
  const doors = await openToolDoors(() => ({ host: harness.host, besides }));
  t.after(() => doors.close());
  const spawn = async (args: object = {}) => {
    const started = await startedBy(
      harness.call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go', ...args }),
    );
    await prepare(harness.store, started);
    return started.id;
  };
  return { ...harness, doors, spawn };
}

async function enter(t: TestContext, { url, token }: ToolEndpoint): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  t.after(() => client.close());
  return client;
}

test('an agent of a thread gets the tools of its role, and acts as its thread', async t => {
  const { doors, spawn, store } = await makeDoors(t);
  const master = await spawn({ role: 'master' });
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
  const endpoint = doors.open(await spawn());
  await enter(t, endpoint);
  doors.shut(endpoint);
  await assert.rejects(enter(t, endpoint), /401|Unauthorized|invalid_token|no door/i);
});
