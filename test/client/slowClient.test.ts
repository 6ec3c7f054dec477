import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { addThread, makeServedStore, openRaw } from './servedStore.ts';

const megabyte = 1024 * 1024;

test('a client that never reads costs a bounded backlog, and gets the newest state once it reads', async t => {
  const { serve } = await makeServedStore(t);
  const { store, endpoint, sockets } = await serve();
  const id = await addThread(store, 'thread-one');
  const raw = await openRaw(t, endpoint);
  await raw.prove();
  raw.send('hello', { protocol: 1 });
  await waitFor('the snapshot', () => raw.received().includes('"snapshot":true'));
  raw.send('subscribe', { thread: id, after: 0 });
  await waitFor('the replay', () => raw.received().includes('"live":true'));
  raw.socket.pause();

  const [socket] = sockets.keys();
  const text = 'x'.repeat(64 * 1024);
  for (let count = 0; count < 400; count += 1) {
    store.history.append(id, 't', { type: 'output', data: text });
    await addThread(store, `thread-n${100 + count}`);
    if (count % 20 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  await store.history.flush();
  assert.ok((socket?.writableLength ?? 0) < 6 * megabyte, `${socket?.writableLength} bytes wait`);

  raw.socket.resume();
  await waitFor('what came last', () => raw.received().includes('thread-n499'));
  await waitFor('all of the output', () => raw.received().length > 400 * text.length);
});

test('who asks and never reads the answers is cut off before they fill the memory', async t => {
  const { serve } = await makeServedStore(t);
  const { store, endpoint, sockets } = await serve();
  const id = await addThread(store, 'thread-one');
  for (let count = 0; count < 8; count += 1) {
    store.history.append(id, 't', { type: 'output', data: 'x'.repeat(60 * 1024) });
  }
  await store.history.flush();
  const raw = await openRaw(t, endpoint);
  await raw.prove();
  raw.socket.pause();
  const args = { thread_id: id, limit: 1000 };
  for (let count = 0; count < 400; count += 1) raw.send('call', { tool: 'read_thread', args });
  await waitFor('the host to end the connection', () => sockets.size === 0);
});

test('a request that never ends is cut off, one of 2 MB is served', async t => {
  const { serve } = await makeServedStore(t);
  const { endpoint, sockets } = await serve();
  const raw = await openRaw(t, endpoint);
  await raw.prove();
  const prompt = 'p'.repeat(2 * megabyte);
  raw.send('call', { tool: 'spawn_thread', args: { task_name: 'big', provider: 'codex', prompt } });
  await waitFor('the thread', () => raw.received().includes('"thread_id"'));
  raw.socket.write('Content-Length: 900000000\r\n\r\n');
  const chunk = Buffer.alloc(4 * megabyte, 'x');
  const timer = setInterval(() => raw.socket.writableLength < 8 * megabyte && raw.socket.write(chunk), 1);
  t.after(() => clearInterval(timer));
  await waitFor('the host to end the connection', () => sockets.size === 0);
});
