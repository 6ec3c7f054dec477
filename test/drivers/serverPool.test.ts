import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerPool } from '../../src/providers/process/serverPool.ts';

function fakeServer() {
  const gone = Promise.withResolvers<void>();
  return {
    alive: true,
    closed: 0,
    isAlive() {
      return this.alive;
    },
    gone: gone.promise,
    async close() {
      this.closed += 1;
      this.alive = false;
      gone.resolve();
    },
  };
}

test('one server at a time, a new one after a death, none after a while without work', async () => {
  const started: ReturnType<typeof fakeServer>[] = [];
  const pool = new ServerPool(async () => {
    const server = fakeServer();
    started.push(server);
    return server;
  }, 1);
  const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
  assert.equal(first, second);
  first.alive = false;
  const [third, fourth] = await Promise.all([pool.acquire(), pool.acquire()]);
  assert.equal(third, fourth);
  assert.notEqual(third, first);
  for (let count = 0; count < 4; count += 1) pool.release();
  await third.gone;
  assert.equal(third.closed, 1);
  const last = await pool.acquire();
  await pool.close();
  await pool.close();
  assert.equal(last.closed, 1);
  assert.equal(started.length, 3);
  await assert.rejects(pool.acquire(), { code: 'cancelled' });
});

test('a server whose credentials were no good ends when its last user leaves', async () => {
  const pool = new ServerPool(async () => fakeServer(), 60_000);
  const server = await pool.acquire();
  await pool.acquire();
  pool.release(true);
  assert.equal(server.closed, 0);
  pool.release();
  await server.gone;
  const next = await pool.acquire();
  assert.notEqual(next, server);
  pool.release();
  assert.equal(next.closed, 0);
  await pool.close();
});

test('while a dead server ends what it left, all who come share the one after it, and close() ends both', async () => {
  const started: ReturnType<typeof fakeServer>[] = [];
  const pool = new ServerPool(async () => {
    const server = fakeServer();
    started.push(server);
    return server;
  }, 60_000);
  const dead = await pool.acquire();
  dead.alive = false;
  // One after the other, as the failing calls of eight turns come back.
  const next: unknown[] = [];
  for (let count = 0; count < 8; count += 1) next.push(await pool.acquire());
  assert.equal(new Set(next).size, 1);
  assert.equal(started.length, 2);
  await pool.close();
  assert.deepEqual(
    started.map(({ closed }) => closed),
    [1, 1],
  );
});

test('an acquire that outlives close() starts no server', async () => {
  let starts = 0;
  const pool = new ServerPool(async () => {
    starts += 1;
    return { ...fakeServer(), alive: false };
  }, 60_000);
  const acquiring = pool.acquire();
  const closing = pool.close();
  await assert.rejects(acquiring, { code: 'cancelled' });
  await closing;
  assert.equal(starts, 1);
});

test('a start that fails is tried again by the next one', async () => {
  let attempts = 0;
  const pool = new ServerPool(async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('no');
    return fakeServer();
  }, 1_000);
  await assert.rejects(pool.acquire(), /no/);
  assert.ok(await pool.acquire());
  await pool.close();
});
