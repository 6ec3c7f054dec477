import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypingLine } from '../../src/providers/codex/native/typingLine.ts';

test('a typed line is over when it was taken, thrown away, or was a command', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let freed = 0;
  const line = new TypingLine(() => {
    freed += 1;
  });
  line.typed('hello\r', true);
  assert.deepEqual([line.isEmpty, freed], [false, 0]);
  line.typed('and', false);
  line.taken();
  assert.equal(line.isEmpty, false);
  line.typed('\u0003', true);
  assert.deepEqual([line.isEmpty, freed], [true, 1]);
  line.typed('/status\r', true);
  assert.equal(line.isEmpty, false);
  t.mock.timers.tick(5_000);
  assert.deepEqual([line.isEmpty, freed], [true, 2]);
});

test('a line that is left alone keeps nothing waiting, and Escape at the working agent is none', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let freed = 0;
  const line = new TypingLine(() => {
    freed += 1;
  });
  line.typed('\u001b', false);
  assert.equal(line.isEmpty, true);
  for (const keys of ['\u001b', '\u001b[A']) {
    line.typed(keys, true);
    t.mock.timers.tick(59_000);
    assert.equal(line.isEmpty, false);
    line.typed('a', true);
    t.mock.timers.tick(59_000);
    assert.equal(line.isEmpty, false);
    t.mock.timers.tick(2_000);
    assert.equal(line.isEmpty, true);
  }
  assert.equal(freed, 2);
  line.typed('half', true);
  line.close();
  t.mock.timers.tick(120_000);
  assert.equal(freed, 2);
});
