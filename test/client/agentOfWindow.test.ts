import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { DockError } from '../../src/contracts/errors.ts';
import type { ToolEndpoint } from '../../src/contracts/toolEndpoint.ts';
import { outsideTools } from '../../src/core/outsideTools.ts';
import { waitFor } from '../support/waitFor.ts';
import { addThread, makeServedStore } from './servedStore.ts';

const never = new AbortController().signal;
const task = { task_name: 'a', provider: 'claude_code', prompt: 'go' };

async function enter({ url, token }: ToolEndpoint): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

test('what an agent asks through a person’s window is done with an agent’s rights', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  const window = await client();
  const started = await window.callAsAgent('spawn_thread', task, never);
  assert.ok(started.ok);
  const [thread] = [...store.threads().values()];
  assert.equal(thread?.permission_mode, 'ask');
  assert.equal(thread?.queue[0]?.origin, 'agent');

  for (const more of [
    { permission_mode: 'full' },
    { role: 'master' },
    { provider: 'command', prompt: 'touch it' },
  ]) {
    const refused = await window.callAsAgent('spawn_thread', { ...task, ...more }, never);
    assert.ok(!refused.ok, JSON.stringify(more));
    assert.equal(refused.error.code, 'permission_denied');
    assert.match(refused.error.message, /needs the person, and VS Code’s own agent asks/);
  }
  assert.equal(store.threads().size, 1);
  // The window itself stays the person's.
  await window.call('spawn_thread', { ...task, provider: 'claude_code', permission_mode: 'full' });
});

test('a call whose answer was lost is made once more and does nothing twice, or its agent is told to look', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store, cut } = await serve();
  const window = await client();
  let cuts = 0;
  const cutAfterNextChange = () => {
    const stop = store.onCommit(() => {
      stop();
      cuts += 1;
      cut();
    });
  };
  cutAfterNextChange();
  const started = await window.callAsAgent('spawn_thread', task, never);
  assert.ok(started.ok);
  assert.partialDeepStrictEqual(started.result, { repeated: true });
  assert.deepEqual([cuts, store.threads().size], [1, 1]);
  // Its own next call is another one, whatever it says.
  await window.callAsAgent('spawn_thread', task, never);
  assert.equal(store.threads().size, 2);

  const [thread_id] = [...store.threads().keys()];
  cutAfterNextChange();
  await assert.rejects(window.callAsAgent('cancel_thread', { thread_id }, never), (error: unknown) => {
    assert.ok(error instanceof DockError);
    assert.equal(error.code, 'upstream_unavailable');
    assert.match(error.hint ?? '', /may have been done all the same: look at list_threads/);
    return true;
  });
  assert.equal(store.threads().get(thread_id ?? '')?.state, 'cancelled');
});

test('an agent of a thread gets no wider by saying that an agent of its own asks', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve({
    caller: { kind: 'agent', place: 'thread', thread: 'thread-own', why: 'the test says so' },
  });
  for (const id of ['thread-own', 'thread-other']) await addThread(store, id);
  const agent = await client();
  const refused = await agent.callAsAgent('get_thread', { thread_id: 'thread-other' }, never);
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, 'permission_denied');
  await assert.rejects(agent.toolEndpoint(), (error: unknown) => {
    assert.ok(error instanceof DockError);
    return error.code === 'permission_denied';
  });
});

test('a call that is taken back ends here and at the host', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  const thread = await addThread(store, 'thread-waited-for');
  const window = await client();
  const aborter = new AbortController();
  let listeners = 0;
  const { onCommit } = store;
  // The host waits by listening to what is written.
  Object.assign(store, {
    onCommit: (listener: Parameters<typeof onCommit>[0]) => {
      listeners += 1;
      const stop = onCommit.call(store, listener);
      return () => {
        listeners -= 1;
        stop();
      };
    },
  });
  const waiting = window.callAsAgent('wait_threads', { thread_ids: [thread] }, aborter.signal);
  await waitFor('the host to wait', () => listeners === 1);
  aborter.abort();
  await assert.rejects(waiting, (error: unknown) => error instanceof DockError && error.code === 'cancelled');
  await waitFor('the host to wait no more', () => listeners === 0);
  const early = window.callAsAgent('list_threads', {}, AbortSignal.abort());
  await assert.rejects(early, (error: unknown) => error instanceof DockError && error.code === 'cancelled');
});

const own = { kind: 'agent', place: 'thread', thread: 'thread-one', why: 'the test says so' } as const;
const ways = {
  'VS Code’s own agent': { caller: undefined, by: 'callAsAgent' },
  'an agent’s own shell': { caller: own, by: 'call' },
} as const;

for (const [who, { caller, by }] of Object.entries(ways)) {
  test(`what ${who} waits for longer is cut`, async t => {
    const { serve, client } = await makeServedStore(t);
    const { store } = await serve(caller === undefined ? {} : { caller });
    await addThread(store, 'thread-one');
    const connected = await client();
    // By then the timer of the wait runs.
    const { promise: waits, resolve } = Promise.withResolvers<void>();
    const onCommit = store.onCommit.bind(store);
    t.mock.method(store, 'onCommit', (listener: Parameters<typeof onCommit>[0]) => {
      resolve();
      return onCommit(listener);
    });
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const args = { thread_ids: ['thread-one'], timeout_s: 3600 };
    const waiting =
      by === 'call'
        ? connected.call('wait_threads', args).then(result => ({ ok: true, result }))
        : connected.callAsAgent('wait_threads', args, never);
    await waits;
    t.mock.timers.tick(45_000);
    t.mock.timers.reset();
    assert.partialDeepStrictEqual(await waiting, {
      ok: true,
      result: {
        timed_out: true,
        note: 'One call waits 45 s at most. To wait on, call wait_threads again with this `cursor`.',
      },
    });
  });
}

test('a window’s door to the tools over MCP is an agent’s, and shut when the window goes', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  const window = await client();
  const endpoint = await window.toolEndpoint();
  assert.deepEqual(await window.toolEndpoint(), endpoint);
  const agent = await enter(endpoint);
  t.after(() => agent.close());
  const { tools } = await agent.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    outsideTools.map(({ name }) => name),
  );
  const spawn = (more: object) => agent.callTool({ name: 'spawn_thread', arguments: { ...task, ...more } });
  assert.equal((await spawn({})).isError, false);
  const refused = await spawn({ permission_mode: 'full' });
  assert.equal(refused.isError, true);
  assert.match(JSON.stringify(refused.content), /permission_denied/);
  assert.equal(store.threads().size, 1);

  const other = await client();
  assert.notEqual((await other.toolEndpoint()).token, endpoint.token);
  window.dispose();
  await waitFor('the door to be shut', async () => {
    const late = await enter(endpoint).catch(() => undefined);
    await late?.close();
    return late === undefined;
  });
});
