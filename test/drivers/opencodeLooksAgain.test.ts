import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, textOf } from './opencodeHarness.ts';
import { makeTerminal } from './opencodeTerminal.ts';
import { answer, makeWatched, prompt, text } from './opencodeWatched.ts';

const asked = (id: string, sessionID: string) => ({ id, sessionID, permission: 'bash', patterns: ['ls'] });
const question = { id: 'que_1', sessionID: 'ses_a', questions: [{ question: 'Why?' }] };

const busy = { '/session/status': { ses_a: { type: 'busy' } } };
const finished = {
  '/session/status': {},
  '/session/ses_a/message': [
    { info: prompt, parts: [] },
    { info: answer, parts: [text] },
  ],
};
const nothingAsked = { '/permission': [], '/question': [] };
const unreadable = (sessionID: string) => ({ id: 'per_new', sessionID, permission: 7 });

for (const path of ['/session/status', '/session/ses_a/message']) {
  test(`opencode: an idle session is looked at again when ${path} found the connection cut`, async t => {
    const cuts = { [path]: 2 };
    const { hear, rested, progress, countOf } = await makeWatched(t, finished, { cuts });
    hear('message.updated', { info: prompt });
    hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
    await rested;
    assert.equal(progress.end().result, 'Done');
    assert.ok(countOf(path) > 2);
  });
}

test('opencode: after a gap in the events each thing is looked for until it is known', async t => {
  const table = {
    ...finished,
    '/permission': [asked('per_1', 'ses_child'), asked('per_2', 'ses_a')],
    '/question': [question],
    '/question/que_1/reply': true,
    '/session/ses_child': { id: 'ses_child', directory: '/w', parentID: 'ses_a' },
    '/permission/per_1/reply': true,
    '/permission/per_2/reply': true,
    ...busy,
  };
  const cuts = { '/permission': 2, '/question': 1, '/session/ses_child': 1, '/session/ses_a/message': 1 };
  const { reconnect, events, permissions, posted } = await makeWatched(t, table, { cuts });
  reconnect();
  await waitFor('the answers', () => posted().length === 3);
  await waitFor('the text', () => textOf(events, 'text') === 'Done');
  assert.equal(permissions.length, 2);
});

test('opencode: after a gap in the events what fails keeps nothing else back', async t => {
  const table = { ...finished, '/question': [question], '/question/que_1/reply': true };
  const cuts = { '/permission': Infinity };
  const { reconnect, rested, posted, countOf } = await makeWatched(t, table, { cuts });
  reconnect();
  await rested;
  await waitFor('the answer', () => posted().length === 1);
  assert.ok(countOf('/permission') > 0);
});

test('opencode: a request in a form nobody knows is told as it is, and hides no other one', async t => {
  const table = {
    ...busy,
    '/permission': [unreadable('ses_other'), unreadable('ses_a'), 'odd', asked('per_1', 'ses_a')],
    '/permission/per_1/reply': true,
    '/question': [],
    '/session/ses_other': { id: 'ses_other', directory: '/w' },
    '/session/ses_a/message': [],
  };
  const { reconnect, events, posted, stopped } = await makeWatched(t, table);
  reconnect();
  await waitFor('the answer', () => posted().length === 1);
  await waitFor('both', () => eventsOf(events, 'unparsed').length === 2);
  const lines = eventsOf(events, 'unparsed').map(({ line }) => ('text' in line ? line.text : ''));
  assert.deepEqual(lines.toSorted(), [
    '{"type":"permission.asked","properties":"odd"}',
    `{"type":"permission.asked","properties":${JSON.stringify(unreadable('ses_a'))}}`,
  ]);
  assert.equal(stopped(), undefined);
});

test('opencode: a request that came while the open ones were asked for is not taken as gone', async t => {
  const come = () => {
    hear('permission.asked', asked('per_1', 'ses_a'));
    return [];
  };
  let waiting = 0;
  const permission = () => {
    waiting += 1;
    return new Promise<never>(() => undefined);
  };
  const table = { ...finished, '/permission': come, '/question': [] };
  const { hear, reconnect, stopped, rested } = await makeWatched(t, table, { permission });
  reconnect();
  await rested;
  await waitFor('the request', () => waiting > 0);
  assert.equal(stopped(), undefined);
});

test('opencode: a record in a form nobody knows is told after a gap, and the turn goes on', async t => {
  const table = { ...busy, ...nothingAsked, '/session/ses_a/message': { messages: [] } };
  const { reconnect, hear, events, rested, stopped } = await makeWatched(t, table, { silenceMs: 600_000 });
  reconnect();
  await waitFor('the notice', () => eventsOf(events, 'notice').length === 1);
  hear('message.updated', { info: prompt });
  hear('message.updated', { info: answer });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  await rested;
  assert.match(eventsOf(events, 'notice')[0]?.text ?? '', /messages/);
  assert.equal(stopped(), undefined);
});

test('opencode: a session that is gone ends the turn', async t => {
  const { hear, failed } = await makeWatched(t, { '/session/status': {} });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  assert.equal((await failed).code, 'not_found');
});

test('opencode: a status in a form nobody knows of another session does not hide that this one rests', async t => {
  const { hear, rested } = await makeWatched(t, { ...finished, '/session/status': { ses_b: 'new' } });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  await rested;
});

test('opencode: an agent that failed in its terminal is asked again whether it rests', async t => {
  const { told, hear, sessions } = await makeTerminal(t, { '/session/status': {} }, { '/session/status': 2 });
  sessions.sending('msg_1');
  hear('session.error', { sessionID: 'ses_a', error: { name: 'UnknownError', data: { message: 'no' } } });
  await waitFor('rest', () => told.length === 1);
  assert.deepEqual(told, ['stopped']);
});

test('opencode: after a gap in the events its terminal is looked at until all is known', async t => {
  const table = { ...finished, ...nothingAsked, '/permission': ['odd', asked('per_1', 'ses_a')] };
  const cuts = { '/permission': 1, '/question': 1, '/session/status': 1, '/session/ses_a/message': 1 };
  const { told, typed, status, reconnect, events, permissions } = await makeTerminal(t, table, cuts);
  typed('msg_p', 'Hello.');
  status('busy');
  reconnect();
  await waitFor('rest', () => told.includes('rest'));
  await waitFor('the question', () => permissions.length === 1);
  await waitFor('the text', () => textOf(events, 'text') === 'Done');
  assert.equal(eventsOf(events, 'unparsed').length, 1);
});
