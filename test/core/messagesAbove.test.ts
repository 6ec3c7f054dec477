import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { MessagesAbove } from '../../src/core/messagesAbove.ts';

type Moved = Extract<StateChange, { type: 'messages.moved' }>;

const [one, two] = ['msg-aaaaaaaaaa', 'msg-bbbbbbbbbb'];

function makeAbove() {
  const above = new MessagesAbove();
  const move = (id: string, to: Moved['to'], more: Partial<Moved> = {}) =>
    above.moved({ type: 'messages.moved', message_ids: [id], to, ...more });
  return { above, move };
}

test('words are a message’s only once it is under way, and are the person’s own from then on', () => {
  const { above, move } = makeAbove();
  assert.equal(above.take('yes'), undefined);
  above.queued(one, 'yes');
  assert.equal(above.take('yes'), undefined);
  move(one, 'sending', { turn_id: 't1' });
  assert.equal(above.take('no'), undefined);
  // The provider’s word may come after it has taken the message.
  move(one, 'delivered');
  assert.deepEqual(above.take('yes\n'), [one]);
  assert.equal(above.take('yes'), undefined);
});

test('of two messages with the same words the older one comes first', () => {
  const { above, move } = makeAbove();
  for (const id of [one, two]) {
    above.queued(id, 'yes');
    move(id, 'sending');
  }
  assert.deepEqual([above.take('yes'), above.take('yes'), above.take('yes')], [[one], [two], undefined]);
});

test('what did not arrive, was given with a reply, or was read without a word is not what a person types later', () => {
  for (const to of ['queued', 'failed', 'acknowledged'] as const) {
    const { above, move } = makeAbove();
    above.queued(one, 'yes');
    move(one, 'sending');
    move(one, to);
    assert.equal(above.take('yes'), undefined, to);
  }
  const { above, move } = makeAbove();
  above.queued(one, 'yes');
  move(one, 'sending', { with_reply: true });
  move(one, 'delivered');
  assert.equal(above.take('yes'), undefined);
});

test('a digest is of the messages that it names, once for each time that they are brought', () => {
  const { above, move } = makeAbove();
  const digest = `AgentDock: 2 messages for you.\n\n[${one}] Message:\nyes\n\n[${two}] Message:\nno`;
  above.queued(one, 'yes');
  assert.equal(above.take(digest), undefined);
  above.queued(two, 'no');
  assert.deepEqual(above.take(digest), [one, two]);
  assert.equal(above.take(digest), undefined);
  for (const id of [one, two]) move(id, 'queued');
  // Of a long one only the beginning is at hand.
  const beginning = digest.slice(0, digest.indexOf(`[${two}]`));
  above.moved({ type: 'messages.moved', message_ids: [one, two], to: 'sending' });
  assert.deepEqual(above.take(beginning), [one, two]);
  for (const id of [one, two]) move(id, 'queued');
  assert.deepEqual([above.bring([one, two]), above.take(digest)], [true, undefined]);
  assert.deepEqual([above.bring([]), above.bring([one, 'msg-cccccccccc'])], [false, false]);
});
