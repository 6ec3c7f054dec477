import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect } from '../../src/client/connect.ts';
import type { DockClient, TranscriptBatch } from '../../src/client/dockClient.ts';
import type { HistoryEvent } from '../../src/contracts/agentEvent.ts';
import type { ThreadStore } from '../../src/store/threadStore.ts';
import { waitFor } from '../support/waitFor.ts';
import { addThread, makeServedStore } from './servedStore.ts';

const id = 'thread-one';

/** What a viewer has on its screen: a reset clears it. */
function follow(client: DockClient) {
  let shown: HistoryEvent[] = [];
  const batches: TranscriptBatch[] = [];
  client.follow(id, batch => {
    batches.push(batch);
    shown = batch.reset ? [...batch.events] : [...shown, ...batch.events];
  });
  return { batches, shown: () => shown };
}

async function say(store: ThreadStore, ...words: string[]): Promise<void> {
  for (const data of words) store.history.append(id, 't', { type: 'output', data });
  await store.history.flush();
}

const outputs = (events: readonly HistoryEvent[]) => events.flatMap(event => event['data'] ?? []);
const isShown = (events: readonly HistoryEvent[], word: string) => outputs(events).includes(word);

test('a viewer whose connection breaks sees every event once, in order', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store, cut } = await serve();
  await addThread(store, id);
  const { shown, batches } = follow(await client());
  const words = Array.from({ length: 200 }, (_, index) => `word ${index}`);
  for (const [index, word] of words.entries()) {
    await say(store, word);
    if (index % 50 === 20) cut();
  }
  await waitFor('the last word', () => isShown(shown(), 'word 199'));
  assert.deepEqual(outputs(shown()), words);
  assert.equal(batches.filter(({ reset }) => reset).length, 1);
});

test('after a host that died with unwritten events, a viewer shows what there is and nothing else', async t => {
  const { serve, client, state } = await makeServedStore(t);
  const first = await serve();
  await addThread(first.store, id);
  await say(first.store, 'kept', 'lost', 'lost too');
  const viewer = await client();
  const { shown } = follow(viewer);
  await waitFor('the words', () => isShown(shown(), 'lost too'));
  await first.close();
  // A last try that is still under way would make the later `retry` do nothing.
  await waitFor('the client to be offline', () => viewer.state.kind === 'offline');
  const file = join(state, 'history', `${id}.jsonl`);
  const lines = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, `${lines.slice(0, -3).join('\n')}\n`);

  const second = await serve();
  // The new events get the numbers of the lost ones.
  await say(second.store, 'new');
  viewer.retry();
  await waitFor('the new word', () => isShown(shown(), 'new'));
  assert.deepEqual(outputs(shown()), ['kept', 'new']);
  const { events } = await second.store.history.read(id);
  assert.deepEqual(shown(), [...events]);
});

test('a second viewer of a transcript gets it from its beginning, the first one sees nothing twice', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  await addThread(store, id);
  await say(store, 'one', 'two');
  const connected = await client();
  const first = follow(connected);
  await waitFor('the words', () => isShown(first.shown(), 'two'));
  const second = follow(connected);
  await say(store, 'three');
  for (const viewer of [first, second]) {
    await waitFor('the last word', () => isShown(viewer.shown(), 'three'));
    assert.deepEqual(outputs(viewer.shown()), ['one', 'two', 'three']);
  }
});

test('a client that is disposed at any moment of its connecting leaves no connection behind', async t => {
  const { serve, workspace } = await makeServedStore(t);
  const { sockets } = await serve();
  // One turn of the event loop later each time, until it comes too late.
  for (let wait = 0, state = 'connecting'; state === 'connecting'; wait += 1) {
    const client = connect({ workspace, kind: 'cli', version: '0' });
    const states: string[] = [];
    client.onDidChangeState(({ kind }) => states.push(kind));
    while (sockets.size === 0) await nextTurn();
    for (let turn = 0; turn < wait; turn += 1) await nextTurn();
    state = client.state.kind;
    client.dispose();
    await waitFor('the socket to close', () => sockets.size === 0);
    await assert.rejects(client.call('list_threads', {}), { code: 'cancelled' });
    assert.equal(states.at(-1), 'offline');
  }
});

test('a host that was stopped is not started again until somebody needs it', async t => {
  const { serve, client } = await makeServedStore(t);
  const first = await serve();
  await addThread(first.store, id);
  let starts = 0;
  const window = await client({
    startHost: async () => {
      starts += 1;
      await serve();
    },
  });
  await first.stop();
  await waitFor('the client to be offline', () => window.state.kind === 'offline');
  assert.equal(starts, 0);
  assert.equal(window.threads.size, 1);
  const { total } = await window.call('list_threads', {});
  assert.deepEqual([total, starts, window.state.kind], [1, 1, 'connected']);
});

test('a client whose host was stopped finds the one that somebody else started', async t => {
  const { serve, client } = await makeServedStore(t);
  const first = await serve();
  const window = await client({ startHost: () => Promise.reject(new Error('nobody asked for it')) });
  await first.stop();
  await waitFor('the client to be offline', () => window.state.kind === 'offline');
  const second = await serve();
  await addThread(second.store, id);
  await waitFor('the thread', () => window.threads.has(id));
});

test('a listener that throws keeps nothing from the others and does not break the connection', async t => {
  const { serve, client } = await makeServedStore(t);
  const { store, cut, sockets } = await serve();
  const logged: string[] = [];
  const connected = await client({ log: message => void logged.push(message) });
  const fail = () => {
    throw new Error('a broken view');
  };
  const seen: string[] = [];
  connected.onDidChangeState(fail);
  connected.onDidChangeThreads(fail);
  connected.onDidChangeState(({ kind }) => seen.push(kind));
  connected.onDidChangeThreads(threads => seen.push(...threads.map(thread => thread.id)));
  await addThread(store, id);
  await waitFor('the thread', () => seen.includes(id));
  cut();
  await waitFor('the connection', () => seen.includes('connected'));
  await connected.call('list_threads', {});
  assert.equal(sockets.size, 1);
  assert.ok(logged.some(line => line.includes('a broken view')));
});

test('a client that is closed while it waits for its keys starts no host', async t => {
  const { serve, workspace } = await makeServedStore(t);
  const dead = await serve();
  await dead.close();
  const logged: string[] = [];
  let started = 0;
  const keys = Promise.withResolvers<{ publicKey: string; privateKey: string }>();
  const closing = connect({
    workspace,
    kind: 'window',
    version: '0',
    window: () => keys.promise,
    startHost: async () => {
      started += 1;
    },
    log: message => logged.push(message),
  });
  closing.dispose();
  keys.resolve({ publicKey: '', privateKey: '' });
  await waitFor('the host to be missed', () => logged.some(line => line.endsWith('starting one')));
  assert.equal(started, 0);
});
