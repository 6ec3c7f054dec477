import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import { boundQuestions } from '../../src/core/cutQuestion.ts';
import { summarize, withShortTexts } from '../../src/core/summary.ts';
import { makeThread } from './makeThread.ts';

const long = 'x'.repeat(3_000_000);
const options = Array.from({ length: 1_000 }, (_, n) => ({ label: `${n}${long}`, description: long }));

test('a provider’s questions are bounded with all they offer, and show that they are cut', () => {
  const bounded = boundQuestions([
    { question: long, header: long, options, multiple: false },
    { question: 'Which?', options: [{ label: 'pg' }], multiple: true },
  ]);
  assert.ok(JSON.stringify(bounded).length < 60_000);
  assert.equal(bounded[0]?.question, `${'x'.repeat(10_000)}\n…\n… and 950 more options`);
  assert.match(bounded[0]?.options[0]?.label ?? '', /^0x{198}…$/);
  assert.deepEqual(bounded[1], { question: 'Which?', options: [{ label: 'pg' }], multiple: true });
  assert.deepEqual(boundQuestions([]), []);
});

test('a list holds the beginning of a question', () => {
  const question = { question: 'x'.repeat(20_000), options: [], multiple: false };
  const request: AgentRequest = {
    id: 'req-aaaaaaaaaa',
    kind: 'question',
    turn_id: 't',
    detached: true,
    title: 'x',
    detail: { text: question.question },
    questions: [question],
    opened_at: '2026-01-01T00:00:00.000Z',
  };
  const thread = { ...makeThread({ id: 'thread-a' }), requests: [request] };
  assert.equal(summarize(thread, undefined).requests[0]?.truncated, true);
  for (const { requests } of [summarize(thread, undefined), withShortTexts(thread)]) {
    assert.equal(requests[0]?.questions[0]?.question, `${'x'.repeat(2_000)}\n…`);
  }
});
