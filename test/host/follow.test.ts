import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import type { DockClient, TranscriptBatch } from '../../src/client/dockClient.ts';
import type { HistoryEvent } from '../../src/contracts/agentEvent.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { type NotificationParams, notificationSchemas } from '../../src/contracts/rpc.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, makeDock, untilConnected, wholeFile } from './harness.ts';
import { openRawSocket, type RawSocket } from './rawSocket.ts';
import { atRest, historyOf, inState, resumeToEnd, script, spawnThread } from './turns.ts';

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

/** What a viewer has on its screen: cleared by a reset, else added to. */
function follow(client: DockClient, thread: ThreadId) {
  let shown: HistoryEvent[] = [];
  const batches: TranscriptBatch[] = [];
  const stop = client.follow(thread, batch => {
    batches.push(batch);
    shown = batch.reset ? [...batch.events] : [...shown, ...batch.events];
  });
  const hasEnded = () => shown.filter(({ type }) => type === 'turn.ended').length;
  return { shown: () => shown, batches, stop, turnsEnded: hasEnded };
}

test('two clients see the same transcript, one from its beginning, one that comes in mid-turn', async () => {
  const [one, two] = [await dock.connect(), await dock.connect()];
  const prompt = script('say Early.', 'shell true', 'gate follow-two', 'say Late.');
  const thread = await spawnThread(one, { provider: 'codex', prompt });
  const first = follow(one, thread);
  await dock.models.gates.arrival('follow-two');
  const second = follow(two, thread);
  await waitFor('the replay', () => second.batches.some(({ live }) => live));
  dock.models.gates.open('follow-two');
  await waitFor('both to see the end', () => first.turnsEnded() + second.turnsEnded() === 2);
  const whole = await historyOf(one, thread);
  assert.deepEqual(first.shown(), whole);
  assert.deepEqual(second.shown(), whole);
  assert.equal((await inState(two, thread, 'completed')).turns_ended, 1);
  first.stop();
  second.stop();
});

test('a client that lost its host goes on where it was, without a gap and without a repeat', async () => {
  const client = await dock.connect();
  const prompt = script('say Early.', 'shell true', 'gate lost', 'say Never.');
  const thread = await spawnThread(client, { provider: 'codex', prompt });
  const viewer = follow(client, thread);
  await dock.models.gates.arrival('lost');
  await waitFor('what came before', () => viewer.shown().some(({ type }) => type === 'tool.ended'));
  await dock.killHost('SIGKILL');
  await waitFor('the client to notice', () => client.state.kind === 'connecting');
  await untilConnected(client);
  assert.equal((await inState(client, thread, 'interrupted')).turns_ended, 1);
  await resumeToEnd(client, thread, script('say Again.'));
  await waitFor('both ends', () => viewer.turnsEnded() === 2);
  assert.deepEqual(viewer.shown(), await historyOf(client, thread));
  viewer.stop();
});

test('a client that was away gets what it missed, and a snapshot when the epoch is another', async () => {
  const client = await dock.connect();
  const known = await spawnThread(client, { provider: 'command', prompt: 'true' });
  await atRest(client, known);
  const raw = await openRawSocket(dock);
  await raw.prove();
  const first = await raw.request('hello', { protocol: 1 });
  const { epoch, gseq, snapshot } = first.result as { epoch: number; gseq: number; snapshot: boolean };
  assert.equal(snapshot, true);
  raw.end();
  const missed = await spawnThread(client, { provider: 'codex', prompt: script('say Missed.') });
  await atRest(client, missed);

  const next = await openRawSocket(dock);
  await next.prove();
  const again = await next.request('hello', { protocol: 1, epoch, last_gseq: gseq });
  assert.partialDeepStrictEqual(again.result, { epoch, snapshot: false });
  const news = await waitFor('the missed change', () => fleetOf(next)[0]);
  assert.deepEqual(
    news.threads.map(({ id }) => id),
    [missed],
  );
  const other = await next.request('hello', { protocol: 1, epoch: epoch - 1, last_gseq: gseq });
  assert.partialDeepStrictEqual(other.result, { epoch, snapshot: true });
  const all = await waitFor('the snapshot', () => fleetOf(next).find(({ snapshot: isWhole }) => isWhole));
  assert.ok(all.threads.some(({ id }) => id === known));
  next.end();
});

function fleetOf(raw: RawSocket): readonly NotificationParams<'fleet'>[] {
  return raw.notifications('fleet').map(one => notificationSchemas.fleet.parse(one));
}

test('a viewer that reads nothing costs no memory and holds up no worker', async () => {
  const client = await dock.connect();
  const pid = await dock.hostPid();
  const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const thread = await spawnThread(client, {
    provider: 'command',
    prompt: 'until test -e print; do sleep 0.02; done; seq 1 1000000',
  });
  await inState(client, thread, 'running');
  const lazy = await Promise.all(Array.from({ length: 4 }, () => openRawSocket(dock)));
  for (const viewer of lazy) {
    await viewer.prove();
    await viewer.request('subscribe', { thread, after: 0 });
    viewer.pause();
  }
  const before = memory();
  await spawnThread(client, { provider: 'command', prompt: 'touch print' });
  const done = await atRest(client, thread);
  assert.equal(done.state, 'completed');
  // What is no longer used goes when the collector comes.
  await waitFor('the host to hold no more than before', () => memory() - before < 250_000);
  const last = (await historyOf(client, thread)).findLast(({ type }) => type === 'output');
  assert.match(String(last?.['data']), /1000000\r?\n$/);
  for (const viewer of lazy) viewer.end();
});
