import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PermissionAnswer } from '../../src/providers/driver.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf } from './opencodeHarness.ts';
import { answer, makeWatched, prompt, text } from './opencodeWatched.ts';

const never = (): Promise<never> => new Promise(() => undefined);

test('opencode: a turn whose end was missed is found finished after the connection came back', async t => {
  const { reconnect, rested, progress, events } = await makeWatched(t, {
    '/permission': [],
    '/question': [],
    '/session/status': {},
    '/session/ses_a/message': [
      { info: prompt, parts: [] },
      { info: answer, parts: [text] },
    ],
  });
  reconnect();
  await rested;
  assert.equal(progress.end().result, 'Done');
  assert.deepEqual(eventsOf(events, 'text').length, 1);
});

test('opencode: requests that were missed are answered, those of strangers are not', async t => {
  const asked = (id: string, sessionID: string) => ({ id, sessionID, permission: 'bash', patterns: ['ls'] });
  const { reconnect, posted, permissions, rested, countOf } = await makeWatched(t, {
    '/permission': [asked('per_1', 'ses_child'), asked('per_2', 'ses_other'), asked('per_3', 'ses_a')],
    '/question': [{ id: 'que_1', sessionID: 'ses_a', questions: [{ question: 'Why?' }] }],
    '/question/que_1/reply': true,
    '/session/ses_child': { id: 'ses_child', directory: '/w', parentID: 'ses_a' },
    '/session/ses_other': { id: 'ses_other', directory: '/w' },
    '/permission/per_1/reply': true,
    '/permission/per_3/reply': true,
    '/session/status': {},
    '/session/ses_a/message': [
      { info: prompt, parts: [] },
      { info: answer, parts: [] },
    ],
  });
  reconnect();
  await rested;
  await waitFor('the answers', () => posted().length === 3 && countOf('/session/ses_other') > 0);
  assert.equal(permissions.length, 2);
  assert.deepEqual(posted().toSorted(), [
    '/permission/per_1/reply',
    '/permission/per_3/reply',
    '/question/que_1/reply',
  ]);
});

test('opencode: an idle session is asked for its record when the answer did not come as an event', async t => {
  const { hear, rested, progress } = await makeWatched(t, {
    '/session/status': {},
    '/session/ses_a/message': [
      { info: prompt, parts: [] },
      { info: answer, parts: [text] },
    ],
  });
  hear('message.updated', { info: { ...prompt, time: 'in a form nobody knows' } });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  await rested;
  assert.equal(progress.end().outcome, 'completed');
});

test('opencode: a record in a form nobody knows ends the turn with version_mismatch', async t => {
  const { hear, failed } = await makeWatched(t, {
    '/session/status': {},
    '/session/ses_a/message': { messages: [] },
  });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  assert.equal((await failed).code, 'version_mismatch');
});

test('opencode: an event in a form nobody knows may have told the end: the server is asked', async t => {
  const { hear, rested, progress, countOf } = await makeWatched(t, {
    '/session/status': {},
    '/session/ses_a/message': [
      { info: prompt, parts: [] },
      { info: answer, parts: [text] },
    ],
  });
  hear('message.updated', { info: prompt });
  hear('session.status', { sessionID: 'ses_a', status: 'idle' });
  await rested;
  assert.ok(countOf('/session/status') > 0);
  assert.equal(progress.end().result, 'Done');
});

test('opencode: where the server answers in a form nobody knows either, it is version_mismatch', async t => {
  const { hear, failed } = await makeWatched(t, { '/session/status': { ses_a: 'idle' } });
  hear('session.status', { sessionID: 'ses_a', status: 'idle' });
  assert.equal((await failed).code, 'version_mismatch');
});

test('opencode: a session that works again is left to its work', async t => {
  const { hear, rested } = await makeWatched(t, { '/session/status': { ses_a: { type: 'busy' } } });
  hear('message.updated', { info: prompt });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  hear('message.updated', { info: answer });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  await rested;
});

test('opencode: what does not parse and names no session is kept by every turn; a stranger’s is not', async t => {
  const { events, say, hear } = await makeWatched(t, {});
  say('not even JSON');
  say({ something: 'new' });
  hear('session.status', { status: 'in a form nobody knows' });
  hear('session.status', { sessionID: 'ses_b', status: 'in a form nobody knows' });
  assert.deepEqual(
    eventsOf(events, 'unparsed').map(({ line }) => ('text' in line ? line.text : '')),
    [
      'not even JSON',
      '{"something":"new"}',
      '{"type":"session.status","properties":{"status":"in a form nobody knows"}}',
    ],
  );
});

test('opencode: a long silence is told, and the turn goes on', async t => {
  const { events, hear, rested } = await makeWatched(t, {});
  await waitFor('the notice', () => eventsOf(events, 'notice').length > 0);
  hear('message.updated', { info: prompt });
  hear('message.updated', { info: answer });
  hear('session.status', { sessionID: 'ses_a', status: { type: 'idle' } });
  await rested;
  assert.match(eventsOf(events, 'notice')[0]?.text ?? '', /stalled/);
});

test('opencode: a refusal takes other permissions of its session along, and leaves its questions', async t => {
  const waiting: Record<string, PromiseWithResolvers<AbortSignal>> = {};
  const waits = (name: string) => (waiting[name] ??= Promise.withResolvers());
  const { hear, failed, stopped, posted } = await makeWatched(
    t,
    { '/permission/per_1/reply': true },
    {
      permission: async ({ detail }, signal) => {
        waits(detail).resolve(signal);
        return detail === 'refused' ? { allow: false, reason: 'no' } : await never();
      },
      question: async (_, signal) => {
        waits('question').resolve(signal);
        return await never();
      },
    },
  );
  const asked = (id: string, sessionID: string, command: string) =>
    hear('permission.asked', { id, sessionID, permission: 'bash', patterns: [], metadata: { command } });
  const replied = (requestID: string, sessionID: string, reply: string) =>
    hear('permission.replied', { sessionID, requestID, reply });
  hear('session.created', { info: { id: 'ses_child', parentID: 'ses_a' } });
  hear('question.asked', { id: 'que_1', sessionID: 'ses_a', questions: [{ question: 'Why?' }] });
  asked('per_2', 'ses_a', 'beside');
  asked('per_3', 'ses_child', 'child');
  asked('per_1', 'ses_a', 'refused');
  await waitFor('the refusal', () => posted().length > 0);
  replied('per_1', 'ses_a', 'reject');
  replied('per_2', 'ses_a', 'reject');
  const isAborted = async (name: string) => (await waits(name).promise).aborted;
  assert.deepEqual(
    [await isAborted('beside'), await isAborted('child'), await isAborted('question'), stopped()],
    [true, false, false, undefined],
  );
  replied('per_3', 'ses_child', 'reject');
  assert.equal((await failed).code, 'permission_denied');
});

for (const [reply, what] of [
  ['once', 'a consent'],
  ['reject', 'a refusal'],
] as const) {
  test(`opencode: ${what} that did not come from AgentDock is a breach`, async t => {
    const { hear, failed } = await makeWatched(t, {});
    hear('permission.replied', { sessionID: 'ses_a', requestID: 'per_1', reply });
    assert.equal((await failed).code, 'permission_denied');
  });
}

test('opencode: another answer than the one that was given is a breach', async t => {
  const { hear, failed, posted } = await makeWatched(
    t,
    { '/question/que_1/reply': true },
    { question: async () => ({ answers: ['Blue'] }) },
  );
  hear('question.asked', { id: 'que_1', sessionID: 'ses_a', questions: [{ question: 'Which?' }] });
  await waitFor('the answer', () => posted().length > 0);
  hear('question.replied', { sessionID: 'ses_a', requestID: 'que_1', answers: [['Red']] });
  assert.equal((await failed).code, 'permission_denied');
});

test('opencode: a request that is gone after a gap in the events was answered by somebody else', async t => {
  const { hear, reconnect, failed, permissions } = await makeWatched(
    t,
    { '/permission': [], '/question': [], '/session/status': { ses_a: { type: 'busy' } } },
    { permission: never },
  );
  hear('permission.asked', { id: 'per_1', sessionID: 'ses_a', permission: 'bash', patterns: ['ls'] });
  assert.equal(permissions.length, 1);
  reconnect();
  assert.equal((await failed).code, 'permission_denied');
});

test('opencode: what a call asked for is withdrawn when the call has ended', async t => {
  const asked = Promise.withResolvers<AbortSignal>();
  const { hear, stopped } = await makeWatched(
    t,
    {},
    {
      permission: async (_, signal) => {
        asked.resolve(signal);
        return await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    },
  );
  const tool = { messageID: 'msg_a', callID: 'call_1' };
  hear('permission.asked', { id: 'per_1', sessionID: 'ses_a', permission: 'bash', patterns: ['ls'], tool });
  const part = (callID: string, status: string) => ({
    ...tool,
    callID,
    id: `prt_${callID}`,
    sessionID: 'ses_a',
    type: 'tool',
    tool: 'bash',
    state: { status },
  });
  hear('message.part.updated', { part: part('call_1', 'running') });
  hear('message.part.updated', { part: part('call_2', 'error') });
  const signal = await asked.promise;
  assert.equal(signal.aborted, false);
  hear('message.part.updated', { part: part('call_1', 'error') });
  assert.equal(signal.aborted, true);
  await new Promise(resolve => setImmediate(resolve));
  assert.equal(stopped(), undefined);
});

test('opencode: a turn that waits for the person is not silent', async t => {
  const answer = Promise.withResolvers<PermissionAnswer>();
  const { hear, events, posted } = await makeWatched(
    t,
    { '/permission/per_1/reply': true },
    { permission: () => answer.promise },
  );
  const toldBefore = Promise.withResolvers<number>();
  hear('permission.asked', { id: 'per_1', sessionID: 'ses_a', permission: 'bash', patterns: ['ls'] });
  // Behind the watch's own timer, which is armed already.
  setTimeout(() => toldBefore.resolve(eventsOf(events, 'notice').length), 40);
  assert.equal(await toldBefore.promise, 0);
  answer.resolve({ allow: true });
  await waitFor('the answer', () => posted().length > 0);
  hear('permission.replied', { sessionID: 'ses_a', requestID: 'per_1', reply: 'once' });
  await waitFor('the notice', () => eventsOf(events, 'notice').length > 0);
});
