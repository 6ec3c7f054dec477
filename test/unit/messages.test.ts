import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeMaster, noStop } from './masterHarness.ts';

/** Two messages for now on their way to a running turn, which takes the first only when `taken` says so. */
async function sendTwo(t: TestContext) {
  const taken = Promise.withResolvers<undefined>();
  const parts = await makeMaster(t, {
    steer: text => (text === 'One.' ? taken.promise : undefined),
    transcript: () => [],
  });
  const { master, start, call, states } = parts;
  const turn = await start(master);
  for (const text of ['One.', 'Two.']) {
    await call('send_message', { thread_id: master, text, when: 'now' });
  }
  await waitFor('both to leave', () => states(master)?.join() === 'message sending,message sending');
  return { ...parts, taken, turn };
}

test('a person’s message to a thread at rest is its prompt as it stands; several are one turn, in order', async t => {
  const { master, start, turnOf, call, state } = await makeMaster(t);
  const send = (text: string) => call('send_message', { thread_id: master, text });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await send('/go on !now');
  const second = await start(master, 2);
  assert.equal(second.request.prompt, '/go on !now');
  await send('first');
  await send('second');
  second.end({ outcome: 'completed' });
  assert.match((await turnOf(master, 3)).request.prompt, /^AgentDock: 2 messages[\s\S]*first[\s\S]*second/);
});

test('a message for now reaches the running turn; one that comes too late gets a turn of its own', async t => {
  const verdicts: (DockError | undefined)[] = [undefined, new DockError('conflict', 'too late')];
  const { master, start, turnOf, call, states } = await makeMaster(t, { steer: () => verdicts.shift() });
  const send = (text: string) => call('send_message', { thread_id: master, text, when: 'now' });
  const turn = await start(master);
  await send('Hurry.');
  await waitFor('the message', () => turn.steered.length === 1);
  assert.deepEqual(turn.steered, ['Hurry.']);
  await waitFor('its receipt', () => states(master)?.[0] === 'message delivered');
  await send('Too late.');
  await waitFor('the refusal', () => verdicts.length === 0 && states(master)?.[1] === 'message queued');
  turn.end({ outcome: 'completed' });
  assert.equal((await turnOf(master, 2)).request.prompt, 'Too late.');
});

test('messages for now that wait together reach the running turn as one text, in order', async t => {
  const { master, turnOf, call, states } = await makeMaster(t, { steer: () => undefined });
  const { sink, steered } = await turnOf(master);
  await sink.sessionBound({ id: 'session' });
  for (const text of ['One.', 'Two.', 'Three.']) {
    await call('send_message', { thread_id: master, text, when: 'now' });
  }
  await sink.promptSending();
  await sink.turnStarted();
  await waitFor('all to arrive', () => states(master)?.every(state => state === 'message delivered'));
  assert.equal(steered.length, 1);
  assert.match(steered[0] ?? '', /^AgentDock: 3 messages[\s\S]*One\.[\s\S]*Two\.[\s\S]*Three\./);
});

test('where a text does not reach the running turn, what was sent behind it waits for the turn’s end with it', async t => {
  for (const code of ['conflict', 'unknown'] as const) {
    const { taken, turn, master, start, states } = await sendTwo(t);
    taken.reject(new DockError(code, 'It was refused, or lost.'));
    await waitFor('the second to wait', () => states(master)?.[1] === 'message queued');
    turn.end({ outcome: 'completed' });
    assert.match((await start(master, 2)).request.prompt, /One\.[\s\S]*Two\./);
    assert.deepEqual(turn.steered, []);
  }
});

test('what still waits to be steered when its turn ends does not go into the next turn, which brings it', async t => {
  const { taken, turn, master, start, call, states } = await sendTwo(t);
  turn.end({ outcome: 'completed' });
  const next = await start(master, 2);
  assert.match(next.request.prompt, /One\.[\s\S]*Two\./);
  taken.reject(new DockError('unknown', 'lost'));
  await call('send_message', { thread_id: master, text: 'Three.', when: 'now' });
  await waitFor('what comes after them', () => next.steered.length === 1);
  assert.deepEqual([turn.steered, next.steered], [[], ['Three.']]);
  await waitFor('all to arrive', () => states(master)?.every(state => state === 'message delivered'));
});

test('what its provider surely did not take waits on, also where the transcript is being looked at', async t => {
  const [taken, read] = [Promise.withResolvers<undefined>(), Promise.withResolvers<readonly string[]>()];
  let isLooking = false;
  const { master, start, call, states, turnOf } = await makeMaster(t, {
    steer: () => taken.promise,
    transcript: () => {
      isLooking = true;
      return read.promise;
    },
  });
  const turn = await start(master);
  await call('send_message', { thread_id: master, text: 'Hurry.', when: 'now' });
  await waitFor('it to leave', () => states(master)?.[0] === 'message sending');
  turn.end({ outcome: 'completed' });
  await waitFor('the look', () => isLooking);
  taken.reject(new DockError('conflict', 'The turn is over.'));
  await waitFor('the refusal', () => states(master)?.[0] === 'message queued');
  // These words are there from another message: of one that may have left nobody could tell.
  read.resolve(['Hurry.']);
  assert.equal((await turnOf(master, 2)).request.prompt, 'Hurry.');
});

test('a message that the provider takes only after a tool call holds no reply to that call up', async t => {
  const taken = Promise.withResolvers<undefined>();
  const { master, child, start, call, mailroom, states } = await makeMaster(t, {
    steer: () => taken.promise,
  });
  await start(master);
  await call('send_message', { thread_id: master, text: 'Hurry.', when: 'now' });
  await waitFor('the message to leave', () => states(master)?.[0] === 'message sending');
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 2);
  assert.match((await mailroom.takeForReply(master, noStop)) ?? '', /Ready\./);
  taken.resolve(undefined);
  await waitFor('its receipt', () => states(master)?.[0] === 'message delivered');
});

test('the person’s words with a reply are marked, as news are', async t => {
  const { master, start, call, mailroom, states } = await makeMaster(t, { transcript: () => [] });
  const turn = await start(master);
  await call('send_message', { thread_id: master, text: 'Hurry.', when: 'now' });
  await waitFor('the message', () => states(master)?.[0] === 'message queued');
  assert.match((await mailroom.takeForReply(master, noStop)) ?? '', /^AgentDock: a message[\s\S]*\[msg-/);
  turn.end({ outcome: 'interrupted' });
  assert.match((await start(master, 2)).request.prompt, /Hurry\./);
});
