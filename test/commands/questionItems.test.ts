import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionItems } from '../../src/commands/questionItems.ts';
import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import { questionsOf } from '../../src/views/requestText.ts';
import { question } from '../terminals/requests.ts';

const options = [{ label: 'yes' }, { label: 'no' }];
const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`).join('\n');

function asked(text: string, choices: typeof options = []): AgentRequest {
  return question('req-aaaaaaaaaa', [{ question: text, options: choices, multiple: false }]);
}

function rows(request: AgentRequest): string[] {
  const [first] = questionsOf(request);
  assert.ok(first);
  return questionItems(request, first, 'detail').map(({ label }) => label);
}

test('a question that the box shows by itself needs no rows', () => {
  assert.deepEqual(rows(asked('Which?', options)), []);
  assert.deepEqual(rows(asked('why '.repeat(60).trim())), []);
});

test('a longer one stands above its answers, line by line', () => {
  assert.deepEqual(rows(asked('This:\n\na $(x)\nb', options)), ['This:', 'a $\u200b(x)', 'b']);
  assert.deepEqual(rows(asked('one\ntwo')), ['one', 'two']);
  assert.equal(rows(asked('why '.repeat(60), options)).length, 3);
});

test('a very long one ends with a row that shows all of it', () => {
  assert.deepEqual(rows(asked(lines(6), options)).at(-1), 'line 5');
  assert.deepEqual(rows(asked(lines(7), options)).slice(-2), ['line 5', '… Show all of it']);
  const file = `blobs/${'0'.repeat(64)}.txt`;
  const left = question('req-aaaaaaaaaa', [], { detail: { file, length: 100_000, head: 'begin' } });
  assert.deepEqual(rows(left), ['begin', '… Show all of it']);
});
