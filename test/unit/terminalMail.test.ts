import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { realFileOps } from '../../src/store/fileOps.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Begun, makeRunner, type RunnerOptions } from './runnerHarness.ts';

const noStop = new AbortController().signal;

/** A master whose turn runs in a terminal, with a worker of its own. */
async function openTerminal(t: TestContext, options: RunnerOptions = {}) {
  const terminal = { idle: false, free: true };
  const parts = await makeRunner(t, {
    ...options,
    terminal,
    settings: { max_running: 1, ...options.settings },
  });
  const { begun, call, spawn, store } = parts;
  const turnOf = (thread: ThreadId, nth = 1) =>
    waitFor(`turn ${nth} of ${thread}`, () => begun.filter(one => one.request.threadId === thread)[nth - 1]);
  const start = async (turn: Begun) => {
    await turn.sink.sessionBound({ id: 'session' });
    await turn.sink.promptSending();
    await turn.sink.turnStarted();
    return turn;
  };
  const master = await spawn({ task_name: 'master', role: 'master', native: true });
  const turn = await start(await turnOf(master));
  const child = async () => {
    const caller = { kind: 'agent', place: 'thread', thread: master, why: 'test' } as const;
    const reply = await call('spawn_thread', { task_name: 'one', provider: 'codex', prompt: 'work' }, caller);
    assert.ok(reply.ok);
    parts.runner.pump();
    return (reply.result as { thread_id: ThreadId }).thread_id;
  };
  const states = () => store.get(master)?.inbox.map(({ state }) => state);
  return { ...parts, terminal, master, turn, turnOf, start, child, states };
}

test('a terminal at rest holds no slot, and hears of its threads once nobody types', async t => {
  const { terminal, turn, turnOf, start, child, states, state, master } = await openTerminal(t, {
    steer: () => undefined,
  });
  const worker = await child();
  assert.equal(state(worker), 'queued');
  terminal.idle = true;
  terminal.free = false;
  turn.sink.rested?.();
  (await start(await turnOf(worker))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states()?.[0] === 'queued');
  assert.equal(turn.steered.length, 0);
  terminal.free = true;
  turn.sink.rested?.();
  await waitFor('the news to arrive', () => states()?.[0] === 'delivered');
  assert.match(turn.steered[0] ?? '', /^AgentDock: [\s\S]*Ready\./);

  // The model has dealt with it when it comes to rest again.
  assert.equal(await turn.sink.takeMessages?.(noStop), undefined);
  assert.deepEqual(states(), ['acknowledged']);
  turn.end({ outcome: 'completed' });
  await waitFor('the thread to rest', () => state(master) === 'idle');
});

test('the journal says when the agent of a terminal rests and works, and only then', async t => {
  const { terminal, turn, master, store } = await openTerminal(t);
  const said: string[] = [];
  store.onCommit(events => said.push(...events.map(({ type }) => type)));
  const rests = () => store.get(master)?.turn?.rests;
  turn.sink.event({ type: 'text', item: 'i', text: 'I look.' });
  terminal.idle = true;
  turn.sink.rested?.();
  turn.sink.rested?.();
  await waitFor('the rest', () => rests() === true);
  assert.equal(store.get(master)?.state, 'running');
  turn.sink.event({ type: 'text', item: 'i', text: 'Late words.' });
  terminal.idle = false;
  turn.sink.worked?.();
  turn.sink.event({ type: 'text', item: 'i', text: 'I work.' });
  await waitFor('the work', () => rests() === false);
  // What is said there may be the first that is seen of it.
  terminal.idle = true;
  turn.sink.rested?.();
  terminal.idle = false;
  turn.sink.event({ type: 'text', item: 'i', text: 'More.' });
  await waitFor('all four', () => said.length === 4);
  assert.deepEqual(said, ['turn.rested', 'turn.worked', 'turn.rested', 'turn.worked']);
});

test('what arrived just before the rest has been read, also where the disk has not taken that yet', async t => {
  const disk = { mayGoOn: Promise.resolve() };
  const { promise, resolve: goOn } = Promise.withResolvers<void>();
  const { terminal, turn, call, master, states } = await openTerminal(t, {
    steer: () => {
      disk.mayGoOn = promise;
      return undefined;
    },
    store: {
      fileOps: { ...realFileOps, datasync: fd => disk.mayGoOn.then(() => realFileOps.datasync(fd)) },
    },
  });
  terminal.idle = true;
  await call('send_message', { thread_id: master, text: 'One.' });
  await waitFor('the message to arrive', () => turn.steered.length === 1);
  assert.deepEqual(states(), ['sending']);
  const taken = turn.sink.takeMessages?.(noStop);
  goOn();
  assert.equal(await taken, undefined);
  assert.deepEqual(states(), ['acknowledged']);
});

test('what the provider tells in one breath with the rest has been read', async t => {
  const arrived = Promise.withResolvers<undefined>();
  const left = Promise.withResolvers<void>();
  const { terminal, turn, call, master, states } = await openTerminal(t, {
    steer: () => {
      left.resolve();
      return arrived.promise;
    },
  });
  terminal.idle = true;
  await call('send_message', { thread_id: master, text: 'One.' });
  await left.promise;
  arrived.resolve(undefined);
  assert.equal(await turn.sink.takeMessages?.(noStop), undefined);
  assert.deepEqual(states(), ['acknowledged']);
});

test('an agent that is about to rest in its terminal is given what waits instead', async t => {
  const { turn, call, master, states, store } = await openTerminal(t);
  for (const text of ['One.', 'Two.']) await call('send_message', { thread_id: master, text });
  const given = await turn.sink.takeMessages?.(noStop);
  assert.match(given ?? '', /^AgentDock: 2 messages[\s\S]*One\.[\s\S]*Two\./);
  assert.deepEqual(states(), ['sending', 'sending']);
  assert.equal(await turn.sink.takeMessages?.(noStop), undefined);
  assert.deepEqual(states(), ['acknowledged', 'acknowledged']);
  assert.equal(store.get(master)?.queue.length, 0);
});

test('what was taken for an agent at rest and may not have arrived is read by nobody: the transcript decides', async t => {
  const { turn, call, master, states, turnOf } = await openTerminal(t, { transcript: () => [] });
  await call('send_message', { thread_id: master, text: 'One.' });
  assert.match((await turn.sink.takeMessages?.(noStop)) ?? '', /One\./);
  turn.sink.notBrought?.();
  // It may stand there after all.
  assert.equal(await turn.sink.takeMessages?.(noStop), undefined);
  assert.deepEqual(states(), ['sending']);
  turn.end({ outcome: 'completed' });
  assert.match((await turnOf(master, 2)).request.prompt, /One\./);
});

test('a message that a busy terminal refuses waits, and comes as one text with the others', async t => {
  let refuses = true;
  const { terminal, turn, call, master, states } = await openTerminal(t, {
    steer: () => {
      if (!refuses) return undefined;
      terminal.free = false;
      return new DockError('conflict', 'Somebody types.');
    },
  });
  terminal.idle = true;
  await call('send_message', { thread_id: master, text: 'One.' });
  await waitFor('the refusal', () => !terminal.free && states()?.[0] === 'queued');
  await call('send_message', { thread_id: master, text: 'Two.' });
  refuses = false;
  terminal.free = true;
  turn.sink.rested?.();
  await waitFor('both to arrive', () => states()?.every(state => state === 'delivered'));
  assert.equal(turn.steered.length, 1);
  assert.match(turn.steered[0] ?? '', /One\.[\s\S]*Two\./);
});

test('a word of the person that would be an order to the terminal comes there as a message', async t => {
  const { terminal, turn, call, master, states } = await openTerminal(t, { steer: () => undefined });
  terminal.idle = true;
  for (const [nth, text] of ['exit', '/compact now', 'Go on.'].entries()) {
    await call('send_message', { thread_id: master, text });
    await waitFor(`${text} to arrive`, () => states()?.[nth] === 'delivered');
  }
  assert.match(turn.steered[0] ?? '', /^AgentDock: a message for you\.[\s\S]*exit/);
  assert.match(turn.steered[1] ?? '', /^AgentDock: a message for you\.[\s\S]*\/compact now/);
  assert.equal(turn.steered[2], 'Go on.');
});

test('what is not wanted by itself wakes no terminal either', async t => {
  const { terminal, turn, turnOf, start, child, states } = await openTerminal(t, {
    steer: () => undefined,
    settings: { wake_master: 'never' },
  });
  const worker = await child();
  terminal.idle = true;
  turn.sink.rested?.();
  (await start(await turnOf(worker))).end({ outcome: 'completed' });
  await waitFor('the news', () => states()?.[0] === 'queued');
  assert.equal(await turn.sink.takeMessages?.(noStop), undefined);
  assert.deepEqual(states(), ['queued']);
});

test('prompts wait behind a terminal, and its last words stay when nothing was said there', async t => {
  const { turn, turnOf, start, call, master, store, state, runner } = await openTerminal(t);
  await call('resume_thread', { thread_id: master, additional_prompt: 'Next.' });
  assert.equal(store.get(master)?.queue.length, 1);
  turn.end({ outcome: 'completed', result: 'First.' });
  (await start(await turnOf(master, 2))).end({ outcome: 'completed', result: 'Second.' });
  await waitFor('the thread to rest', () => state(master) === 'idle');
  await call('open_native', { thread_id: master });
  runner.pump();
  (await start(await turnOf(master, 3))).end({ outcome: 'completed' });
  await waitFor('the thread to rest again', () => store.get(master)?.turns_ended === 3);
  assert.deepEqual(store.get(master)?.result, { text: 'Second.' });
});
