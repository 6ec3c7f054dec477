import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { killed, makeMaster, noStop, toolEnded } from './masterHarness.ts';

test('news of a reply that the agent did not live to read come again, unless its transcript holds them', async t => {
  let transcript: readonly string[] = [];
  const { master, child, start, turnOf, mailroom, states } = await makeMaster(t, {
    transcript: () => transcript,
  });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.end(killed);
  const again = await start(master, 2);
  assert.match(again.request.prompt, /Ready\./);

  (await start(await child('two'))).end({ outcome: 'completed', result: 'Also ready.' });
  await waitFor('the news', () => states(master)?.length === 2);
  transcript = [again.request.prompt, (await mailroom.takeForReply(master, noStop)) ?? ''];
  again.end(killed);
  await waitFor('the transcript to be read', () => states(master)?.[1] === 'child_ended delivered');
  (await start(await child('three'))).end({ outcome: 'completed', result: 'Last.' });
  const third = await turnOf(master, 3);
  assert.match(third.request.prompt, /^AgentDock: a message/);
  assert.match(third.request.prompt, /Last\./);
});

test('what is found in the session only after the next turn was good has been read', async t => {
  const reading = Promise.withResolvers<readonly string[]>();
  t.after(() => reading.resolve([]));
  const { master, child, start, call, states, state, store } = await makeMaster(t, {
    transcript: () => reading.promise,
  });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  const woken = await start(master, 2);
  await call('resume_thread', { thread_id: master, additional_prompt: 'Go on.' });
  woken.end(killed);
  (await start(master, 3)).end({ outcome: 'completed' });
  await waitFor('the turn to end', () => store.get(master)?.turns_ended === 3);
  assert.deepEqual(states(master), ['child_ended delivered']);
  reading.resolve([woken.request.prompt]);
  await waitFor('the verdict', () => states(master)?.[0] === 'child_ended acknowledged');
});

test('where the transcript cannot be read, nobody knows, and nothing is sent again', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t, { transcript: () => undefined });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.end(killed);
  await waitFor('the verdict', () => states(master)?.[0] === 'child_ended unknown');
});

test('what a provider took and was killed before it wrote it down comes again', async t => {
  let transcript: readonly string[] = [];
  const { master, child, start, call, states, state, store } = await makeMaster(t, {
    transcript: () => transcript,
  });
  const first = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  first.end({ outcome: 'completed' });
  (await start(master, 2)).end(killed);
  const again = await start(master, 3);
  assert.match(again.request.prompt, /Ready\./);
  transcript = [again.request.prompt];
  again.end(killed);
  await waitFor('the master to rest', () => state(master) === 'failed');
  await call('send_message', { thread_id: master, text: 'Go on.' });
  (await start(master, 4)).end(killed);
  const fifth = await start(master, 5);
  assert.equal(fifth.request.prompt, 'Go on.');
  transcript = [...transcript, 'Go on.'];
  fifth.end(killed);
  await waitFor('it to be looked for', () => store.get(master)?.inbox.every(({ cut }) => cut !== true));
  assert.deepEqual(states(master), ['child_ended delivered', 'message delivered']);
});

test('the person’s words that may have left are not sent again where the transcript may hold them', async t => {
  const { master, start, turnOf, call, states, state } = await makeMaster(t, {
    transcript: () => ['Go on.', '<command-name>'],
  });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  // Nothing marks them: the first stand there, perhaps from another time; a provider puts others for the second.
  for (const [index, text] of ['Go on.', '/compact now'].entries()) {
    await call('send_message', { thread_id: master, text });
    const turn = await turnOf(master, 2 + index);
    await turn.sink.promptSending();
    turn.end({ outcome: 'interrupted' });
    await waitFor('the verdict', () => states(master)?.[index] === 'message unknown');
  }
});

test('the person’s words that the transcript lacks are sent again', async t => {
  const { master, start, turnOf, call, state } = await makeMaster(t, { transcript: () => ['Go.'] });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await call('send_message', { thread_id: master, text: 'Go on.' });
  const turn = await turnOf(master, 2);
  await turn.sink.promptSending();
  turn.end({ outcome: 'interrupted' });
  assert.equal((await turnOf(master, 3)).request.prompt, 'Go on.');
});

test('what a reply of an earlier turn brought is not taken as read by the next one', async t => {
  const { master, child, start, call, runner, mailroom, states, state } = await makeMaster(t, {
    settings: { wake_master: 'never' },
    transcript: () => [],
  });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.end(killed);
  await waitFor('the news to wait again', () => states(master)?.[0] === 'child_ended queued');
  await call('resume_thread', { thread_id: master, additional_prompt: 'Go on.' });
  runner.pump();
  const next = await start(master, 2);
  next.sink.event(toolEnded('nothing new'));
  next.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  assert.deepEqual(states(master), ['child_ended queued']);
});

test('of two calls that a model makes at once the second says nothing of the reply to the first', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t, { transcript: () => [] });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  // The second one begins when the first is over, and the model has seen neither reply.
  await mailroom.takeForReply(master, noStop);
  turn.sink.event(toolEnded('the result of the second'));
  assert.deepEqual(states(master), ['child_ended sending']);
  turn.end(killed);
  assert.match((await start(master, 2)).request.prompt, /Ready\./);
});

test('news that the provider cut out of a long result come again with a turn of their own', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t, {
    transcript: () => ['{"events":'],
  });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.sink.event(toolEnded('{"events":'));
  turn.end({ outcome: 'completed' });
  assert.match((await start(master, 2)).request.prompt, /Ready\./);
});
