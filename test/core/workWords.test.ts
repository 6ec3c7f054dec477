import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workOfTurn } from '../../src/core/work.ts';
import { workWords } from '../../src/core/workWords.ts';
import { workText } from '../../src/views/workText.ts';

const receipt = { tool_calls: 2, duration_ms: 1_000, files: ['a', 'b', 'c'], doubts: [] };

test('files that may be those of others are said to be', () => {
  const words = (others?: number, files: string[] = receipt.files) =>
    workWords(workOfTurn({ ...receipt, files, ...(others === undefined ? {} : { others }) }));
  assert.equal(words(), '1.0 s, 2 tool calls, 3 files changed');
  assert.equal(
    words(2),
    '1.0 s, 2 tool calls, 3 files changed in the folder while 2 other threads worked there',
  );
  assert.match(words(1, ['a']), /, 1 file changed in the folder while 1 other thread worked there$/);
  assert.match(words(2, []), /, 0 files changed$/);
});

test('a person reads the same', () => {
  assert.match(
    workText(workOfTurn({ ...receipt, others: 2 })),
    / · 3 files changed in the folder while 2 other threads worked there$/,
  );
  assert.match(workText(workOfTurn({ ...receipt, others: 1 })), /while 1 other thread worked there$/);
  assert.match(workText(workOfTurn(receipt)), /3 files changed$/);
});
