import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Begun, makeRunner, type RunnerOptions } from './runnerHarness.ts';

const asThread = (thread: ThreadId): Caller => ({ kind: 'agent', place: 'thread', thread, why: 'test' });
const rateLimited = { code: 'rate_limited', message: 'Too much.', retryable: true } as const;

async function take({ sink, request }: Begun): Promise<void> {
  await sink.sessionBound({ id: `session-${request.threadId}` });
  await sink.promptSending();
  await sink.turnStarted();
}

/** A master at work on the news that its worker has ended. */
async function makeCutMaster(t: TestContext, options: RunnerOptions = {}) {
  const fleet = await makeRunner(t, { comebackMs: [0, 0, 0], ...options });
  const { begun, spawn, call, runner, state } = fleet;
  const turn = (nth: number) => waitFor(`turn ${nth}`, () => begun[nth]);
  const master = await spawn({ role: 'master' });
  await take(await turn(0));
  await call('spawn_thread', { task_name: 'w', provider: 'codex', prompt: 'work' }, asThread(master));
  runner.pump();
  const worker = await turn(1);
  begun[0]?.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await take(worker);
  worker.end({ outcome: 'completed', result: 'Ready.' });
  const digest = await turn(2);
  assert.match(digest.request.prompt, /Ready\./);
  return { ...fleet, master, digest, turn };
}

test('a master that is cut in mid-turn goes on by itself, and is not told again what it has', async t => {
  const told = { prompt: '' };
  const { master, digest, turn, store, state } = await makeCutMaster(t, {
    transcript: () => [told.prompt],
  });
  told.prompt = digest.request.prompt;
  await take(digest);
  digest.end({ outcome: 'interrupted' });
  const { request, sink, end } = await turn(3);
  assert.match(request.prompt, /^AgentDock: your last turn was cut off .*list_threads/);
  assert.doesNotMatch(request.prompt, /Ready\./);
  await take({ request, sink, steered: [], end });
  end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  assert.deepEqual(
    store.get(master)?.inbox.map(one => one.state),
    ['acknowledged'],
  );
});

test('news that never left come with the turn it goes on with', async t => {
  const { digest, turn } = await makeCutMaster(t);
  digest.end({ outcome: 'failed', error: rateLimited });
  const { request } = await turn(3);
  assert.match(
    request.prompt,
    /^AgentDock: your last turn was cut off [\s\S]*a message for you[\s\S]*Ready\./,
  );
});

test('a provider that stays limited is asked three times more, then the master rests', async t => {
  const { master, digest, turn, begun, mailroom, state } = await makeCutMaster(t, {
    transcript: () => ['[msg-'],
  });
  digest.end({ outcome: 'failed', error: rateLimited });
  for (const nth of [3, 4, 5]) (await turn(nth)).end({ outcome: 'failed', error: rateLimited });
  await waitFor('the master to rest', () => state(master) === 'failed' && !mailroom.isBusy());
  mailroom.sweep();
  await waitFor('the sweep', () => !mailroom.isBusy());
  assert.equal(begun.length, 6);
});

test('a master whom the person cancels does not come back', async t => {
  const { master, digest, begun, call, mailroom, state } = await makeCutMaster(t);
  await take(digest);
  await call('cancel_thread', { thread_id: master });
  digest.end({ outcome: 'interrupted' });
  await waitFor('the cancel', () => state(master) === 'cancelled' && !mailroom.isBusy());
  mailroom.sweep();
  await waitFor('the sweep', () => !mailroom.isBusy());
  assert.equal(begun.length, 3);
});
