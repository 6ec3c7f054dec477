import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createEnding } from '../../src/host/ending.ts';
import { Lifetime } from '../../src/host/lifetime.ts';

const minute = 60_000;

/** A host that is nothing but its lifetime: `world` is what it sees, `said` what it does. */
function makeLifetime(t: TestContext, idleMinutes: number) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  const world = { isBusy: false, clients: 0 };
  const said: string[] = [];
  const log = (message: string) => void said.push(message);
  const ending = createEnding(log, minute);
  ending.add('the state', async () => log('ended'));
  const lifetime = new Lifetime({
    idleMinutes,
    isBusy: () => world.isBusy,
    clients: {
      get size() {
        return world.clients;
      },
      sayStopping: reason => log(`clients hear: ${reason}`),
    },
    ending,
    log,
  });
  return { world, said, lifetime };
}

test('a host tells its log and its clients why it ends, and ends once however often it is closed', async t => {
  const { lifetime, said } = makeLifetime(t, 0);
  await Promise.all([lifetime.close('the first reason'), lifetime.close('another')]);
  await lifetime.closed;
  assert.deepEqual(said, ['host stops: the first reason', 'clients hear: the first reason', 'ended']);
});

test('a host that is to stop when idle waits for its work, and for nothing else', async t => {
  const { lifetime, world, said } = makeLifetime(t, 0);
  world.isBusy = true;
  assert.equal(lifetime.stop(true), false);
  lifetime.look();
  assert.deepEqual(said, []);
  world.isBusy = false;
  lifetime.look();
  await lifetime.closed;
  assert.equal(said[0], 'host stops: it was asked to stop when idle');
});

test('a host that is to stop now answers first, and does not wait for its work', async t => {
  const { lifetime, world, said } = makeLifetime(t, 0);
  world.isBusy = true;
  assert.equal(lifetime.stop(false), true);
  assert.deepEqual(said, []);
  t.mock.timers.tick(0);
  await lifetime.closed;
  assert.equal(said[0], 'host stops: it was asked to stop');
});

test('a host is idle when it has had neither work nor clients for its time since it was last used', async t => {
  const { lifetime, world, said } = makeLifetime(t, 2);
  world.clients = 1;
  t.mock.timers.tick(2 * minute);
  world.clients = 0;
  world.isBusy = true;
  t.mock.timers.tick(2 * minute);
  world.isBusy = false;
  t.mock.timers.tick(minute);
  lifetime.touch();
  t.mock.timers.tick(minute);
  assert.deepEqual(said, []);
  t.mock.timers.tick(minute);
  await lifetime.closed;
  assert.equal(said[0], 'host stops: it was idle');
});
