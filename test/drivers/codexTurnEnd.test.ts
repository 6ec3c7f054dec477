import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from '../../src/providers/codex/conversation.ts';
import { isUnreadEnd, parseNotification } from '../../src/providers/codex/notifications.ts';
import { makeAppServer } from './codexServerDouble.ts';
import { recordingSink } from './harness.ts';
import { turnRequest } from './turnRequest.ts';

const answer = { type: 'agentMessage', id: 'm', text: 'All done.' };

/** How a turn ends whose agent has answered, when Codex tells its end like this. */
async function endAfter(turn: unknown) {
  const conversation = new Conversation(turnRequest('/w'), recordingSink().sink, {
    silenceMs: 60_000,
    stop: new AbortController(),
  });
  const listener = conversation.listenerFor(makeAppServer({}));
  conversation.begin('u');
  for (const [method, params] of [
    ['item/completed', { item: answer }],
    ['turn/completed', { turn }],
  ] as const) {
    const notification = parseNotification(method, { threadId: 's', ...params });
    assert.ok(typeof notification !== 'string', method);
    listener.notification(notification);
  }
  await conversation.completed;
  return conversation.end(undefined);
}

test('a codex turn ends with what can be read of its end', async () => {
  const completed = { outcome: 'completed', result: 'All done.' };
  assert.deepEqual(await endAfter({ id: 'u', status: 'completed', error: 'none' }), completed);
  assert.deepEqual(await endAfter({ turnId: 'u', status: 'completed' }), completed);
  assert.equal((await endAfter({ id: 'u', status: 'interrupted' })).outcome, 'interrupted');
  const failed = await endAfter({ id: 'u', status: 7, error: { message: 'usage limit' } });
  assert.deepEqual([failed.outcome, failed.error?.code], ['failed', 'quota_exceeded']);
});

test('a codex turn of whose end nothing can be read is version_mismatch, and keeps its answer', async () => {
  for (const turn of [
    { id: 'u', status: { kind: 'done' } },
    { id: 'u', status: 'succeeded' },
    {},
    undefined,
  ]) {
    const { outcome, result, error } = await endAfter(turn);
    assert.deepEqual([outcome, result, error?.code], ['failed', 'All done.', 'version_mismatch']);
  }
});

test('an end that cannot be read is told from one that can', () => {
  const isUnread = (turn: object) => {
    const notification = parseNotification('turn/completed', { threadId: 's', turn });
    return typeof notification !== 'string' && isUnreadEnd(notification);
  };
  assert.equal(isUnread({ id: 'u', status: 7 }), true);
  assert.equal(isUnread({ status: 'completed' }), true);
  assert.equal(isUnread({ id: 'u', status: 'completed' }), false);
});
