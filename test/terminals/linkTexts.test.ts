import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLinks } from '../../src/terminals/linkTexts.ts';

function found(line: string): string[] {
  return findLinks(line).map(link => (link.kind === 'thread' ? link.id : `${link.path}@${link.line}`));
}

test('finds thread ids and files with their lines', () => {
  assert.deepEqual(found('spawned thread-settings-4f2k; see src/a.test.ts:12:3 and ./b.md'), [
    'thread-settings-4f2k',
    'src/a.test.ts@12',
    './b.md@1',
  ]);
});

test('gives the place of each in the line', () => {
  const [link] = findLinks('~ src/a.ts');
  assert.deepEqual([link?.startIndex, link?.length], [2, 8]);
});

test('a line full of candidates stays cheap', () => {
  assert.equal(findLinks('a.ts '.repeat(100_000)).length, 10);
});
