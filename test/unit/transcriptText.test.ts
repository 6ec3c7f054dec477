import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTranscriptText } from '../../src/cli/transcriptText.ts';
import { opened, permission, question } from '../terminals/requests.ts';
import { historyOf, type Said, turnEnded, turnStarted } from '../terminals/transcript.ts';

const id = 'req-aaaaaaaaaa';

function lines(...said: readonly Said[]): string {
  const text = createTranscriptText();
  return historyOf(said)
    .flatMap(event => text.add(event))
    .join('\n');
}

test('the command shows what an agent wants, all of it, and how that was answered', () => {
  assert.equal(
    lines(
      opened(permission(id, { detail: { text: 'make\nmake install' }, diff: { text: '-a\n+b' } })),
      {
        type: 'request.answered',
        request_id: id,
        by: 'person',
        decision: 'deny',
        text: { text: 'Not now.' },
      },
      opened(
        question(id, [
          { question: 'Which?', options: [{ label: 'A', description: 'first' }], multiple: false },
        ]),
      ),
      { type: 'request.answered', request_id: id, by: 'agent', from: 'thread-boss', text: { text: '["A"]' } },
      { type: 'request.closed', request_id: id, reason: 'Not needed.' },
    ),
    `? ${id} wants a permission: Bash
  make
  make install
  -a
  +b
  ${id}: denied by the person
  Not now.
? ${id} asks:
  Which?
  1. A – first
  ${id}: answered by thread-boss
  ["A"]
  ${id}: Not needed.`,
  );
});

test('the command shows messages, those that went wrong, reports and doubts about them', () => {
  const message = { id: 'msg-aaaaaaaaaa', when: 'now', text: { text: 'Use tabs.' } } as const;
  assert.equal(
    lines(
      { type: 'message.queued', message: { ...message, kind: 'message', origin: 'person' } },
      { type: 'message.queued', message: { ...message, kind: 'answer', origin: 'person' } },
      {
        type: 'message.queued',
        message: { ...message, kind: 'child_ended', origin: 'host', from: 'thread-kid', outcome: 'failed' },
      },
      { type: 'messages.moved', message_ids: [message.id], to: 'delivered' },
      { type: 'messages.moved', message_ids: [message.id], to: 'unknown', reason: 'It crashed.' },
      {
        type: 'message.queued',
        message: { ...message, kind: 'undelivered', origin: 'host', from: 'thread-kid' },
      },
      {
        type: 'report.made',
        report: {
          kind: 'result',
          turn_id: 't1',
          summary: { text: 'Done.' },
          outcome: 'partial',
          files: ['a.ts'],
          checks: [{ name: 'tests', passed: false }],
        },
      },
      turnEnded('t1', { receipt: { tool_calls: 0, duration_ms: 1, doubts: ['No tool was called.'] } }),
    ),
    `< message from the person:
  Use tabs.
< thread-kid ended: failed
  Use tabs.
! msg-aaaaaaaaaa may or may not have arrived: It crashed.
< thread-kid did not get what was sent to it:
  Use tabs.
# report: partial
  Done.
  ~ a.ts
  FAILED tests
= completed
  0.0 s, 0 tool calls
! No tool was called.`,
  );
});

const word: Said = {
  type: 'message.queued',
  message: {
    id: 'msg-aaaaaaaaaa',
    kind: 'message',
    origin: 'person',
    when: 'now',
    text: { text: 'Use tabs.' },
  },
};
const news: Said = {
  type: 'message.queued',
  message: {
    id: 'msg-bbbbbbbbbb',
    kind: 'child_ended',
    origin: 'host',
    from: 'thread-kid',
    outcome: 'completed',
    when: 'turn_end',
    text: { text: 'All done.' },
  },
};
const digest = 'AgentDock: 2 messages for you.\n\n[msg-aaaaaaaaaa] Use\n\n[msg-bbbbbbbbbb] All';
const turn = (more: Partial<Extract<Said, { type: 'turn.queued' }>>): Said => ({
  type: 'turn.queued',
  turn_id: 't1',
  origin: 'person',
  prompt: { text: 'Begin.' },
  message_id: 'm-t1',
  ...more,
});
const prompt = (body: string): Said => ({
  type: 'prompt',
  turn_id: 't1',
  origin: 'person',
  text: { text: body },
});
const sending: Said = { type: 'messages.moved', message_ids: ['msg-aaaaaaaaaa'], to: 'sending' };
const steered = (body: string) => ({ type: 'steered', turn_id: 't1', text: { text: body } }) as Said;

test('the command shows what a message said once, however it came to the agent', () => {
  const queued = '< message from the person:\n  Use tabs.\n< thread-kid ended: completed\n  All done.\n';
  const brought = [turn({ brings: ['msg-aaaaaaaaaa', 'msg-bbbbbbbbbb'] }), turnStarted(), prompt(digest)];
  assert.equal(lines(word, news, ...brought), `${queued}> the 2 messages above`);
  assert.equal(
    lines(word, news, steered(digest), steered('Use tabs.\n')),
    `${queued}> the 2 messages above, to the running turn\n> Use tabs.\n`,
  );
  assert.equal(
    lines(word, news, sending, steered('Use tabs.\n')),
    `${queued}> the message above, to the running turn`,
  );
  // Who comes later has not seen it.
  assert.equal(lines(word, steered(digest)), `< message from the person:\n  Use tabs.\n> ${digest}`);
});

test('the command shows what a person types in the agent’s own terminal as what it is: a prompt', () => {
  assert.equal(
    lines(
      turn({ native: true }),
      prompt('Begin.'),
      steered('Begin.'),
      steered('Begin.'),
      steered('Go on.'),
      steered('Use tabs.'),
      word,
      steered('Use tabs.'),
      sending,
      steered('Use tabs.'),
      steered('Use tabs.'),
    ),
    `> Begin.
> Begin.
> Go on.
> Use tabs.
< message from the person:
  Use tabs.
> Use tabs.
> the message above
> Use tabs.`,
  );
});
