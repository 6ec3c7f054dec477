import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTranscriptText } from '../../src/cli/transcriptText.ts';
import { opened, permission, question } from '../terminals/requests.ts';
import { historyOf, type Said, turnEnded } from '../terminals/transcript.ts';

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
! msg-aaaaaaaaaa may or may not have arrived: It crashed.
# report: partial
  Done.
  ~ a.ts
  FAILED tests
= completed
! No tool was called.`,
  );
});
