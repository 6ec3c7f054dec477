import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { SaveTimer } from '../../src/store/saveTimer.ts';

/** Lets the promises of a save settle. */
const settle = () => new Promise<void>(resolve => setImmediate(resolve));

test('a save comes half a second after the last change', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const saves: number[] = [];
  const timer = new SaveTimer(async () => saves.push(now) > 0);
  const pass = async (ms: number) => {
    now += ms;
    t.mock.timers.tick(ms);
    await settle();
  };
  timer.touch();
  await pass(400);
  timer.touch();
  await pass(499);
  assert.deepEqual(saves, []);
  await pass(1);
  assert.deepEqual(saves, [900]);
  await pass(5000);
  assert.deepEqual(saves, [900]);
});

test('under load a save comes every three seconds', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const saves: number[] = [];
  const timer = new SaveTimer(async () => saves.push(now) > 0);
  for (; now < 9100; now += 100) {
    timer.touch();
    t.mock.timers.tick(100);
    await settle();
  }
  assert.equal(saves.length, 3);
  timer.cancel();
});

test('two saves never overlap, and a flush waits for what is open', async () => {
  const gates: (() => void)[] = [];
  const running = mock.fn(() => new Promise<boolean>(resolve => gates.push(() => resolve(true))));
  const timer = new SaveTimer(running);
  timer.touch();
  const first = timer.flush();
  await settle();
  timer.touch();
  const second = timer.flush();
  const third = timer.flush();
  await settle();
  assert.equal(running.mock.callCount(), 1);
  gates[0]?.();
  await first;
  await settle();
  assert.equal(running.mock.callCount(), 2);
  gates[1]?.();
  await Promise.all([second, third]);
  await timer.flush();
  assert.equal(running.mock.callCount(), 2);
});

test('a save that fails is made again by itself, and by a flush', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  let fails = true;
  const save = mock.fn(async () => !fails);
  const timer = new SaveTimer(save);
  const pass = async (ms: number) => {
    now += ms;
    t.mock.timers.tick(ms);
    await settle();
  };
  timer.touch();
  await pass(500);
  assert.equal(save.mock.callCount(), 1);
  await pass(3000);
  assert.equal(save.mock.callCount(), 2);
  await timer.flush();
  assert.equal(save.mock.callCount(), 3);
  fails = false;
  await timer.flush();
  assert.equal(save.mock.callCount(), 4);
  await pass(10_000);
  await timer.flush();
  assert.equal(save.mock.callCount(), 4);
});

test('a timer that was cancelled while a save was failing does not save again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const gate = Promise.withResolvers<boolean>();
  const save = mock.fn(() => gate.promise);
  const timer = new SaveTimer(save);
  timer.touch();
  const flushed = timer.flush();
  await settle();
  timer.cancel();
  gate.resolve(false);
  await flushed;
  t.mock.timers.tick(10_000);
  await settle();
  assert.equal(save.mock.callCount(), 1);
});
