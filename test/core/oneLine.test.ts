import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneLine } from '../../src/core/oneLine.ts';

test('a text on one line hides no line of it, and is cut', () => {
  assert.equal(oneLine('  echo fine\r\n\n\trm -r  x\n'), 'echo fine rm -r x');
  assert.equal(oneLine('x'.repeat(200)).length, 200);
  assert.equal(oneLine('x'.repeat(201)), `${'x'.repeat(199)}…`);
});
