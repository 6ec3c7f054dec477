import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turnAround } from 'node:timers/promises';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { restStates, type Thread } from '../../src/contracts/thread.ts';
import { comebackAt } from '../../src/core/comeback.ts';
import { markOf } from '../../src/core/digest.ts';
import { realFileOps } from '../../src/store/fileOps.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { makeRandom } from '../support/random.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Begun, makeRunner } from './runnerHarness.ts';

// Ready work while everybody rests: messages or turns that nothing will ever bring on. These tests try to make it.

const sweepMs = 15_000;
/** A master that was cut goes on at once. */
const comebackMs = [0, 0, 0];
const noStop = new AbortController().signal;

/** Agents over a disk that can be full. */
async function makeFleet(t: TestContext, transcript: () => readonly string[] | undefined = () => []) {
  let isFull = false;
  const write: typeof realFileOps.write = (...all) => {
    if (isFull) throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' });
    return realFileOps.write(...all);
  };
  const parts = await makeRunner(t, {
    settings: { max_running: 2 },
    store: { fileOps: { ...realFileOps, write } },
    transcript,
    steer: () => undefined,
    comebackMs,
  });
  const fillDisk = (full: boolean) => {
    isFull = full;
  };
  return { ...parts, fillDisk };
}
type Fleet = Awaited<ReturnType<typeof makeFleet>>;

async function take({ sink, request }: Begun): Promise<void> {
  await sink.sessionBound({ id: `session-${request.threadId}` });
  await sink.promptSending();
  await sink.turnStarted();
}

const asThread = (thread: ThreadId): Caller => ({ kind: 'agent', place: 'thread', thread, why: 'test' });

async function spawnBelow({ call, runner }: Fleet, master: ThreadId): Promise<void> {
  await call('spawn_thread', { task_name: 'w', provider: 'codex', prompt: 'work' }, asThread(master));
  runner.pump();
}

/** A master that has come to rest, and whose worker has ended since. */
async function restWithNews(fleet: Fleet): Promise<ThreadId> {
  const { spawn, begun, state } = fleet;
  const master = await spawn({ role: 'master' });
  await take(await waitFor('the master', () => begun[0]));
  await spawnBelow(fleet, master);
  const worker = await waitFor('the worker', () => begun[1]);
  begun[0]?.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await take(worker);
  worker.end({ outcome: 'completed', result: 'Ready.' });
  return master;
}

test('a disk that is full just when news are to be brought delays them to the next sweep', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const fleet = await makeFleet(t);
  const { begun, store, fillDisk, logged, mailroom } = fleet;
  const master = await restWithNews(fleet);
  await waitFor('the news', () => store.get(master)?.inbox.length === 1);
  fillDisk(true);
  await waitFor('the failure', () => logged.some(line => line.includes(`the inbox of ${master}`)));
  fillDisk(false);
  await waitFor('everybody to rest', () => !mailroom.isBusy());
  assert.equal(begun.length, 2);
  t.mock.timers.tick(sweepMs);
  const woken = await waitFor('the master to be woken', () => begun[2]);
  assert.match(woken.request.prompt, /Ready\./);
});

test('a turn that is due and that nothing started is found by the sweep', async t => {
  const { call, begun, mailroom } = await makeFleet(t);
  // The tools of this test start nothing.
  await call('spawn_thread', { task_name: 'w', provider: 'codex', prompt: 'work' });
  assert.equal(begun.length, 0);
  mailroom.sweep();
  await waitFor('the turn', () => begun.length === 1);
});

test('news that a turn failed to bring come once the thread has had a good one', async t => {
  const fleet = await makeFleet(t);
  const { begun, store, state, call, runner } = fleet;
  const master = await restWithNews(fleet);
  // Its CLI is being updated, say: nothing has left.
  const failed = await waitFor('the digest', () => begun[2]);
  failed.end({
    outcome: 'failed',
    error: { code: 'provider_missing', message: 'Not there.', retryable: false },
  });
  await waitFor('the failure', () => state(master) === 'failed');
  await call('resume_thread', { thread_id: master, additional_prompt: 'It is back. Go on.' });
  runner.pump();
  const next = await waitFor('the resumed turn', () => begun[3]);
  await take(next);
  next.end({ outcome: 'completed' });
  const woken = await waitFor('the news', () => begun[4]);
  assert.match(woken.request.prompt, /Ready\./);
  assert.deepEqual(
    store.get(master)?.inbox.map(({ kind }) => kind),
    ['child_ended'],
  );
});

test('a CLI that dies each time before it has read its news does not get them again for ever', async t => {
  const fleet = await makeFleet(t);
  const { begun, store, state, mailroom } = fleet;
  const master = await restWithNews(fleet);
  const error = { code: 'upstream_unavailable', message: 'Died.', retryable: true } as const;
  for (let tries = 0; tries < 6; tries += 1) {
    const turn = await waitFor(`try ${tries}`, () => begun[2 + tries]);
    await turn.sink.promptSending();
    turn.end({ outcome: 'failed', error });
  }
  await waitFor('the verdict', () => store.get(master)?.inbox[0]?.state === 'queued');
  mailroom.sweep();
  await waitFor('everybody to rest', () => state(master) === 'failed' && !mailroom.isBusy());
  // Three tries at once, and three more after a rest each.
  assert.equal(begun.length, 8);
});

const runs = 8;
const steps = 40;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`whatever happens to a fleet, nothing that is ready waits while everybody rests (SEED=${seed})`, {
  concurrency: true,
}, async t => {
  await Promise.all(
    Array.from({ length: runs }, async (_, run) => {
      const random = makeRandom(seed + run);
      await t.test(`fleet ${run}`, async one => {
        const fleet = await makeFleet(one, () => (random() < 0.2 ? undefined : []));
        await fleet.spawn({ role: 'master' });
        const ended = new Set<Begun>();
        for (let step = 0; step < steps; step += 1) await trouble(fleet, random, ended);
        fleet.fillDisk(false);
        await comeToRest(fleet, async turn => {
          if (random() < 0.5) await take(turn).catch(() => undefined);
          endSomehow(turn, random, ended);
        });
        // No master that was cut rests before it was let go on as often as it may be.
        const cut = [...fleet.store.threads().values()].filter(one => comebackAt(one, comebackMs));
        assert.deepEqual(cut, []);
        // Then each has one more turn, and all turns are good.
        for (const { id, state } of [...fleet.store.threads().values()]) {
          if (state === 'cancelled') continue;
          await fleet.call('resume_thread', { thread_id: id, additional_prompt: 'Go on.' });
        }
        fleet.runner.pump();
        await comeToRest(fleet, async turn => {
          await take(turn).catch(() => undefined);
          turn.end({ outcome: 'completed' });
        });
        const waiting = [...fleet.store.threads().values()].filter(isReady);
        assert.deepEqual(waiting, []);
      });
    }),
  );
});

/** One thing that may happen to a fleet at any time. */
async function trouble(fleet: Fleet, random: () => number, ended: Set<Begun>): Promise<void> {
  const { store, begun, call, runner, mailroom, fillDisk } = fleet;
  const any = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const open = begun.filter(one => !ended.has(one));
  const turn = any(open);
  const thread = any([...store.threads().values()]);
  if (thread === undefined) return;
  const text = `words ${begun.length}`;
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => turn && take(turn).catch(() => undefined),
    async () => turn && take(turn).catch(() => undefined),
    async () => turn && endSomehow(turn, random, ended),
    async () => turn && endSomehow(turn, random, ended),
    async () => thread.role === 'master' && thread.turn && spawnBelow(fleet, thread.id),
    async () => mailroom.takeForReply(thread.id, noStop).catch(() => undefined),
    async () => turn && showReplies(store, turn),
    async () =>
      call('send_message', { thread_id: thread.id, text, when: random() < 0.5 ? 'now' : 'turn_end' }),
    async () =>
      turn?.sink.leaveQuestion?.({ question: 'Which?', options: [], multiple: false }).catch(() => undefined),
    async () => {
      const [request] = thread.requests;
      if (request === undefined) return;
      await call('answer_thread', { thread_id: thread.id, request_id: request.id, answers: ['this'] });
    },
    async () => random() < 0.3 && call('cancel_thread', { thread_id: thread.id }),
    async () => fillDisk(true),
    async () => fillDisk(false),
    async () => fillDisk(false),
  ];
  await any(acts)?.();
  runner.pump();
  await turnAround();
}

/** The provider shows what the replies to the calls of the turn had brought. */
function showReplies(store: Fleet['store'], { sink, request }: Begun): void {
  const text =
    store
      .get(request.threadId)
      ?.inbox.map(({ id }) => markOf(id))
      .join(' ') ?? '';
  sink.event({ type: 'tool.ended', item: 'call', status: 'completed', output: { text } });
}

function endSomehow(turn: Begun, random: () => number, ended: Set<Begun>): void {
  ended.add(turn);
  const error = { code: 'unknown', message: 'Died.', retryable: random() < 0.5 } as const;
  const roll = random();
  turn.end(
    roll < 0.5
      ? { outcome: 'completed', result: 'Ready.' }
      : roll < 0.8
        ? { outcome: 'failed', error }
        : { outcome: 'interrupted' },
  );
}

/** Each turn that starts is brought to its end, until a sweep finds nothing to start any more. */
async function comeToRest(
  { store, begun, mailroom }: Fleet,
  toEnd: (turn: Begun) => Promise<void>,
): Promise<void> {
  const met = new Set<string>();
  const isQuiet = async () => {
    for (const turn of begun.filter(({ request }) => !met.has(request.turnId))) {
      met.add(turn.request.turnId);
      // One that has ended already, or was cancelled, takes nothing; it ends all the same.
      await toEnd(turn);
    }
    const rests = [...store.threads().values()].every(
      ({ turn, state }) => turn === undefined && isSettled(state),
    );
    return rests && !mailroom.isBusy();
  };
  for (;;) {
    await waitFor('the fleet to rest', isQuiet);
    const before = begun.length;
    mailroom.sweep();
    await waitFor('the sweep', isQuiet);
    if (begun.length === before) return;
  }
}

function isSettled(state: Thread['state']): boolean {
  return restStates.has(state) || state === 'waiting_input';
}

/** Something waits that could go on: not with a thread that was cancelled. */
function isReady({ queue, inbox, state }: Thread): boolean {
  if (queue.length > 0 || inbox.some(one => one.state === 'sending')) return true;
  return state !== 'cancelled' && inbox.some(one => one.state === 'queued');
}
