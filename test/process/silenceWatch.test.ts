import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchSilence } from '../../src/providers/process/silenceWatch.ts';

test('silence is told once, and again after the next sign of life', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let told = 0;
  const watch = watchSilence(1000, () => {
    told += 1;
  });
  t.mock.timers.tick(999);
  watch.heard();
  t.mock.timers.tick(5000);
  assert.equal(told, 1);
  watch.heard();
  t.mock.timers.tick(1000);
  assert.equal(told, 2);
  watch.stop();
  watch.heard();
  t.mock.timers.tick(5000);
  assert.equal(told, 2);
});
