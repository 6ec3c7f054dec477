import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../src/client/connect.ts';
import { DockError } from '../../src/contracts/errors.ts';
import { waitFor } from '../support/waitFor.ts';
import { addThread, makeServedStore, openRaw } from './servedStore.ts';

test('an agent’s connection shows itself and what is below it, and no other thread', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store, endpoint } = await serve({
    caller: { kind: 'agent', place: 'thread', thread: 'thread-own', why: 'the test says so' },
  });
  for (const id of ['thread-own', 'thread-other']) await addThread(store, id);
  await addThread(store, 'thread-child', 'thread-own');
  const agent = await client();
  assert.deepEqual([...agent.threads.keys()].sort(), ['thread-child', 'thread-own']);
  await addThread(store, 'thread-second', 'thread-other');
  await addThread(store, 'thread-third', 'thread-child');
  await waitFor('the grandchild', () => agent.threads.has('thread-third'));
  assert.equal(agent.threads.has('thread-second'), false);

  const raw = await openRaw(t, endpoint);
  await raw.prove();
  for (const [method, params] of [
    ['subscribe', { thread: 'thread-other', after: 0 }],
    ['resize', { thread: 'thread-own', columns: 1, rows: 1 }],
    ['write', { thread: 'thread-own', data: 'y' }],
    ['watch_screen', { thread: 'thread-own' }],
    ['forget_rules', { thread: 'thread-own' }],
    ['tool_endpoint', {}],
    ['stop', {}],
  ] as const) {
    const id = raw.send(method, params);
    await waitFor(`the refusal of ${method}`, () =>
      new RegExp(`"id":${id},"error":.*?"code":"permission_denied"`).test(raw.received()),
    );
  }
});

test('a connection that has proved who it is cannot become somebody else', async t => {
  const { serve } = await makeServedStore(t);
  const { endpoint } = await serve();
  const raw = await openRaw(t, endpoint);
  await raw.prove();
  const id = raw.send('challenge', {
    nonce: 'n'.repeat(32),
    client: { kind: 'cli', pid: 1, version: '0' },
  });
  await waitFor('the refusal', () => new RegExp(`"id":${id},"error":.*?"conflict"`).test(raw.received()));
});

test('a client of which nobody can say who it is does not hold the host open', async t => {
  const { serve, workspace } = await makeServedStore(t);
  const { sockets } = await serve({ caller: new Error('the process table cannot be read') });
  const client = connect({ workspace, kind: 'cli', version: '0' });
  t.after(() => client.dispose());
  await waitFor('the refusal', () => client.state.kind === 'offline');
  await waitFor('the connection to end', () => sockets.size === 0);
});

test('a client with a wrong key is refused with a typed error and a next step', async t => {
  const { serve, workspace, state } = await makeServedStore(t);
  await serve();
  const file = join(state, 'host.json');
  const right: object = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...right, key: '00'.repeat(32) }));
  const client = connect({ workspace, kind: 'cli', version: '0' });
  t.after(() => client.dispose());
  const error = await waitFor('the refusal', () => client.state.kind === 'offline' && client.state.error);
  assert.deepEqual([error.code, error.retryable], ['unauthorized', false]);
  assert.match(error.hint ?? '', /host\.json/);
});

test('what a client sends that is no JSON is not quoted in the log', async t => {
  const { serve } = await makeServedStore(t);
  const { endpoint, logged, sockets } = await serve();
  const raw = await openRaw(t, endpoint);
  await raw.prove();
  const body = '{"prompt": secret words}';
  raw.socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  await waitFor('the host to end the connection', () => sockets.size === 0);
  assert.equal(logged.length, 1);
  assert.doesNotMatch(logged.join(), /secret/);
});

test('a window whose key cannot be had is offline with the reason, starts nothing, and connects at a retry', async t => {
  const { serve, workspace } = await makeServedStore(t);
  await serve();
  let isFull = true;
  const client = connect({
    workspace,
    kind: 'window',
    version: '0',
    window: async () => {
      if (isFull) throw new DockError('storage_unavailable', 'The key could not be kept.');
      const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      return { publicKey, privateKey };
    },
    startHost: async () => assert.fail('a host was started'),
  });
  t.after(() => client.dispose());
  const { error } = await waitFor('the client to be offline', () =>
    client.state.kind === 'offline' ? client.state : undefined,
  );
  assert.equal(error.message, 'The key could not be kept.');
  isFull = false;
  client.retry();
  await waitFor('the client to be connected', () => client.state.kind === 'connected');
});
