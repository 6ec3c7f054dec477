import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, textOf } from './opencodeHarness.ts';
import { makeTerminal } from './opencodeTerminal.ts';

const steeredOf = ({ events }: Pick<Awaited<ReturnType<typeof makeTerminal>>, 'events'>) =>
  eventsOf(events, 'steered').map(({ text }) => ('text' in text ? text.text : ''));

test('opencode: what reaches the agent there is told once, ours and the person’s, and OpenCode’s own words are not', async t => {
  const terminal = await makeTerminal(t);
  const { sessions, told, status, typed } = terminal;
  sessions.sending('msg_ours');
  assert.equal(sessions.isIdle, false);
  typed('msg_ours', 'Ours.');
  status('busy');
  status('idle');
  status('idle');
  typed('msg_1', 'Hello.');
  typed('msg_2', 'Go on.', { synthetic: true });
  await waitFor('the message', () => told.length === 2);
  assert.deepEqual(told, ['rest', 'taken']);
  assert.deepEqual(steeredOf(terminal), ['Ours.', 'Hello.']);
  assert.partialDeepStrictEqual(sessions.chosen, { agent: 'plan', model: { modelID: 'chosen' } });
  sessions.sending('msg_3').refused();
  assert.equal(sessions.isIdle, true);
});

test('opencode: an agent that failed or was stopped there rests, also when it never began', async t => {
  const { told, status, hear, sessions } = await makeTerminal(t, { '/session/status': {} });
  status('busy');
  hear('session.error', {
    sessionID: 'ses_a',
    error: { name: 'MessageAbortedError', data: { message: 'x' } },
  });
  status('idle');
  await waitFor('rest', () => told.length === 1);
  sessions.sending('msg_1');
  hear('session.error', { sessionID: 'ses_a', error: { name: 'UnknownError', data: { message: 'no' } } });
  await waitFor('rest', () => told.length === 2);
  assert.deepEqual(told, ['stopped', 'stopped']);
});

test('opencode: an agent that nothing is known of after a message is asked whether it rests', async t => {
  const resting = await makeTerminal(t, { '/session/status': {} });
  resting.sessions.sending('msg_1').unanswered();
  await waitFor('rest', () => resting.told.length === 1);
  assert.deepEqual([resting.told, resting.sessions.isIdle], [['rest'], true]);

  const table = { '/session/status': { ses_a: { type: 'busy' } } };
  const working = await makeTerminal(t, table);
  working.sessions.sending('msg_1').unanswered();
  await waitFor('the question', () => working.countOf('/session/status') > 0);
  working.status('idle');
  await waitFor('rest', () => working.told.length > 0);
  assert.deepEqual([working.told, working.sessions.isIdle], [['rest'], true]);
});

test('opencode: a failure there is told once for each prompt, and a long wait stopped each time', async t => {
  const { typed, hear, events, hopeless } = await makeTerminal(t);
  const next = Date.now() + 3_600_000;
  const fail = () => {
    const sessionID = 'ses_a';
    const status = { type: 'retry', attempt: 1, message: 'Wait.', next };
    for (let times = 0; times < 2; times += 1) {
      hear('session.error', { sessionID, error: { name: 'UnknownError', data: { message: 'no' } } });
      hear('session.status', { sessionID, status });
    }
  };
  typed('msg_1', 'Try.');
  fail();
  typed('msg_2', 'Again.');
  fail();
  await waitFor('all', () => eventsOf(events, 'error').length >= 4 && hopeless.length >= 2);
  typed('msg_3', 'The last.');
  await waitFor('the last', () => eventsOf(events, 'steered').length === 3);
  assert.deepEqual([eventsOf(events, 'error').length, hopeless.length], [4, 2]);
});

test('opencode: the thread goes to the session that is prompted there, not to sub-agents’ or one of another folder', async t => {
  const terminal = await makeTerminal(t, {
    '/session/ses_b': { id: 'ses_b', directory: '/w' },
    '/session/ses_far': { id: 'ses_far', directory: '/elsewhere' },
    '/session/ses_old': { id: 'ses_old', directory: '/w', parentID: 'ses_b' },
  });
  const { sessions, told, typed, hear, status, events, sessions: follower } = terminal;
  const bound: string[] = [];
  terminal.sink.sessionBound = async ({ id }) => void bound.push(id);
  hear('session.created', { info: { id: 'ses_child', parentID: 'ses_a' } });
  typed('msg_1', 'For a child.', {}, 'ses_child');
  typed('msg_2', 'Far away.', {}, 'ses_far');
  typed('msg_3', 'Still far.', {}, 'ses_far');
  typed('msg_4', 'Here.', {}, 'ses_b');
  typed('msg_5', 'For an old child.', {}, 'ses_old');
  status('busy', 'ses_b');
  typed('msg_6', 'Back.');
  await waitFor('all', () => steeredOf(terminal).includes('Back.'));
  assert.deepEqual(bound, ['ses_b', 'ses_a']);
  assert.equal(sessions.current, 'ses_a');
  assert.deepEqual(steeredOf(terminal), ['Here.', 'Back.']);
  assert.equal(eventsOf(events, 'notice').length, 1);
  // The one they left works on.
  assert.equal(follower.isIdle, false);
  status('idle', 'ses_b');
  await waitFor('rest', () => told.includes('rest'));
});

const asked = (id: string) => ({ id, sessionID: 'ses_a', permission: 'bash', patterns: ['ls'] });

test('opencode: answers of the person’s there count, also those that others go along with; nobody else’s do', async t => {
  const { told, state, hear, sessions, permissions } = await makeTerminal(t);
  const reply = (requestID: string, text: string) =>
    hear('permission.replied', { sessionID: 'ses_a', requestID, reply: text });
  const ask = async (...ids: string[]) => {
    const before = permissions.length;
    for (const id of ids) hear('permission.asked', asked(id));
    await waitFor('the questions', () => permissions.length === before + ids.length);
  };
  const answered = () => waitFor('the answers', () => !sessions.isAsking);
  state.isPersons = true;
  await ask('per_1');
  reply('per_1', 'always');
  await answered();
  await ask('per_2', 'per_3');
  reply('per_2', 'reject');
  await answered();
  state.isPersons = false;
  reply('per_3', 'reject');
  assert.deepEqual(told, []);
  await ask('per_4');
  reply('per_4', 'once');
  await waitFor('the breach', () => told.length > 0);
  assert.match(told.join('\n'), /answered past AgentDock/);
});

test('opencode: after a gap in the events its terminal is looked at', async t => {
  const prompt = { id: 'msg_1', role: 'user', sessionID: 'ses_a', time: { created: 1 } };
  const answer = {
    ...prompt,
    id: 'msg_2',
    role: 'assistant',
    parentID: 'msg_1',
    time: { created: 2, completed: 3 },
  };
  const text = {
    id: 'prt_2',
    sessionID: 'ses_a',
    messageID: 'msg_2',
    type: 'text',
    text: 'Done',
    time: { end: 3 },
  };
  const { told, typed, status, reconnect, events, permissions } = await makeTerminal(t, {
    '/permission': [asked('per_1')],
    '/question': [],
    '/session/status': {},
    '/session/ses_a/message': [
      { info: prompt, parts: [] },
      { info: answer, parts: [text] },
    ],
  });
  typed('msg_1', 'Hello.');
  status('busy');
  reconnect();
  await waitFor('rest', () => told.includes('rest'));
  assert.equal(textOf(events, 'text'), 'Done');
  await waitFor('the question', () => permissions.length === 1);
});
