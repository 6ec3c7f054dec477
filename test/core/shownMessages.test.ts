import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/contracts/message.ts';
import { shownMessages } from '../../src/core/shownMessages.ts';

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  kind: 'message',
  origin: 'agent',
  text: { text: 'hello' },
  when: 'now',
  state: 'sending',
  with_reply: true,
  attempts: 0,
  lost: 0,
  queued_at: '2026-01-02T03:04:05.000Z',
  queued_gseq: 1,
  ...more,
});

test('a message is shown by the result that holds its mark, if the model of the thread itself has read that', () => {
  const inbox = [message('msg-1'), message('msg-2'), message('msg-3', { state: 'delivered' })];
  const ended = { type: 'tool.ended', item: 'x', status: 'completed' } as const;
  const output = { text: 'AgentDock: 2 messages for you.\n\n[msg-1] a\n\n[msg-3] c' };
  assert.deepEqual(shownMessages({ ...ended, output }, inbox), [inbox[0]]);
  assert.deepEqual(shownMessages({ ...ended, output, in_sub_agent: true }, inbox), []);
  assert.deepEqual(shownMessages(ended, inbox), []);
});
