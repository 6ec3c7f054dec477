import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { withPath } from '../../src/core/withPath.ts';
import { createEnding } from '../../src/host/ending.ts';
import { surviveFaults } from '../../src/host/surviveFaults.ts';

test('what must end is undone in the opposite order, whatever fails or hangs on the way, and only once', async () => {
  const logged: string[] = [];
  const done: string[] = [];
  const ending = createEnding(message => void logged.push(message), 20);
  ending.add('first', async () => done.push('first'));
  ending.add('hanging', () => new Promise(() => undefined));
  ending.add('failing', () => Promise.reject(new Error('no')));
  ending.add('throwing', () => {
    throw new Error('at once');
  });
  ending.add('last', async () => done.push('last'));
  await ending.run();
  await ending.run();
  assert.deepEqual(done, ['last', 'first']);
  assert.deepEqual(logged, [
    'at the end: throwing: at once',
    'at the end: failing: no',
    'at the end: hanging takes too long',
  ]);
});

test('a fault that nobody caught is logged with its place and without its words', () => {
  const program = new EventEmitter();
  const logged: string[] = [];
  surviveFaults(program, message => void logged.push(message));
  program.emit('uncaughtException', new TypeError('the prompt was: secret words'));
  program.emit('uncaughtException', 'a secret string');
  assert.match(logged[0] ?? '', /^fault: TypeError at .*ending\.test\.ts/);
  assert.equal(logged[1], 'fault: something of type string was thrown');
  assert.doesNotMatch(logged.join(), /secret/);
});

test('a folder is put in front of the PATH under the name that the environment uses', () => {
  assert.deepEqual(withPath({ Path: 'C:\\Windows', OTHER: 'x' }, '/bin'), {
    Path: `/bin${process.platform === 'win32' ? ';' : ':'}C:\\Windows`,
    OTHER: 'x',
  });
  assert.deepEqual(withPath({}, '/bin'), { PATH: '/bin' });
});
