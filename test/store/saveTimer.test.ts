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
  const timer = new SaveTimer(async () => void saves.push(now));
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
  const timer = new SaveTimer(async () => void saves.push(now));
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
  const running = mock.fn(() => new Promise<void>(resolve => gates.push(resolve)));
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
