import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type AcquireLockOptions, acquireLock } from '../../src/store/lock.ts';
import { LockHeldError } from '../../src/store/lockHeldError.ts';
import type { LockOwner } from '../../src/store/lockOwner.ts';
import { readMachine } from '../../src/store/machine.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const here = { host: 'box', machineId: 'm1', bootId: 'b1', pidNamespace: 'pid:[1]' };

async function makeLockHarness(t: TestContext) {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'lock');
  /** Start times of the processes that live, by number. */
  const living = new Map([[process.pid, 'mine']]);
  return {
    folder,
    file,
    living,
    acquire: (options: Partial<AcquireLockOptions> = {}) =>
      acquireLock({ file, machine: here, startTimeOf: async pid => living.get(pid), ...options }),
    writeOwner: (owner: Partial<LockOwner>) => writeFile(file, JSON.stringify({ ...dead, ...owner })),
  };
}

const dead: LockOwner = {
  v: 1,
  nonce: 'nonce-of-the-dead-one',
  pid: 99_999_999,
  start_time: 'long ago',
  host: here.host,
  machine_id: here.machineId,
  boot_id: here.bootId,
  pid_namespace: here.pidNamespace,
  since: '2026-01-01T00:00:00.000Z',
};

function heldBecause(why: LockHeldError['why']) {
  return (error: unknown) => {
    assert.ok(error instanceof LockHeldError);
    assert.equal(error.code, 'conflict');
    assert.equal(error.why, why);
    assert.ok(error.hint);
    return true;
  };
}

test('a lock has one owner until that gives it up', async t => {
  const { acquire, folder } = await makeLockHarness(t);
  const lock = await acquire();
  assert.equal(await lock.stillOurs(), true);
  await assert.rejects(acquire(), heldBecause('living'));
  await lock.release();
  await lock.release();
  assert.equal(await lock.holder(), 'missing');
  const next = await acquire();
  assert.equal(await lock.holder(), 'other');
  await lock.release();
  assert.equal(await next.stillOurs(), true);
  assert.deepEqual(await readdir(folder), ['lock']);
});

test('a dead owner is replaced: its process is gone, is another one, or the machine has started anew', async t => {
  const { acquire, living, writeOwner, folder } = await makeLockHarness(t);
  living.set(77, 'somebody else by now');
  for (const owner of [
    {},
    { pid: 77 },
    { host: 'renamed-since' },
    { boot_id: 'b0', pid_namespace: 'pid:[9]' },
  ]) {
    await writeOwner(owner);
    const lock = await acquire();
    assert.equal(await lock.stillOurs(), true);
    assert.deepEqual(await readdir(folder), ['lock']);
    await lock.release();
  }
});

test('an owner on another machine or in another container is never dead', async t => {
  const { acquire, writeOwner, file } = await makeLockHarness(t);
  for (const [owner, why] of [
    [{ host: 'other-box', boot_id: 'b0' }, 'other_machine'],
    [{ machine_id: 'm2', boot_id: 'b0' }, 'other_machine'],
    [{ pid_namespace: 'pid:[2]' }, 'other_namespace'],
  ] as const) {
    await writeOwner(owner);
    const before = await readFile(file, 'utf8');
    await assert.rejects(acquire(), heldBecause(why));
    assert.equal(await readFile(file, 'utf8'), before);
  }
  // The hint's way out, for the person.
  await rm(file);
  await acquire();
});

test('a taker that died in the middle does not lock the folder for ever', async t => {
  const { acquire, writeOwner, file, folder } = await makeLockHarness(t);
  await writeOwner({});
  const taker = { ...dead, nonce: 'nonce-of-a-dead-taker' };
  await writeFile(`${file}.claim-${dead.nonce}`, JSON.stringify(taker));
  const lock = await acquire();
  assert.equal(await lock.stillOurs(), true);
  assert.deepEqual(await readdir(folder), ['lock']);
});

test('a lock that cannot be read is not taken', async t => {
  const { acquire, file } = await makeLockHarness(t);
  for (const content of ['', 'not json', '{}', '{"v":1,"nonce":"../../x"}']) {
    await writeFile(file, content);
    await assert.rejects(acquire(), heldBecause('unreadable'));
    assert.equal(await readFile(file, 'utf8'), content);
  }
});

test('a lock that was removed is put back unless somebody else has it by then', async t => {
  const { acquire, file } = await makeLockHarness(t);
  const lock = await acquire();
  await rm(file);
  assert.equal(await lock.holder(), 'missing');
  assert.equal(await lock.restore(), true);
  await rm(file);
  const other = await acquire();
  assert.equal(await lock.restore(), false);
  assert.equal(await other.stillOurs(), true);
});

test('a lock that became unreadable is written again, unless somebody else finishes taking it', async t => {
  const { acquire, file, folder, writeOwner } = await makeLockHarness(t);
  const lock = await acquire();
  for (const content of ['', '{}']) {
    await writeFile(file, content);
    assert.equal(await lock.holder(), 'unreadable');
    assert.equal(await lock.restore(), true);
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), lock.owner);
    assert.deepEqual(await readdir(folder), ['lock']);
  }
  await writeFile(file, '');
  const restored = lock.restore();
  await writeOwner({ nonce: 'nonce-of-somebody-else' });
  assert.equal(await restored, false);
  assert.equal(await lock.holder(), 'other');
});

test('of many processes that race for a free or a dead lock exactly one wins, and keeps it', {
  timeout: 60_000,
}, async t => {
  const folder = await temporaryFolder(t);
  const { host, machineId, bootId, pidNamespace } = await readMachine();
  const rounds = 40;
  const owner = { ...dead, host, machine_id: machineId, boot_id: bootId, pid_namespace: pidNamespace };
  for (let round = 0; round < rounds; round += 1) {
    // Every fourth lock is free, every fourth has a taker that died in the middle, the others a dead owner.
    const file = join(folder, `lock-${round}`);
    const nonce = `nonce-of-the-dead-${round}`;
    if (round % 4 !== 0) await writeFile(file, JSON.stringify({ ...owner, nonce }));
    if (round % 4 === 1) {
      await writeFile(
        `${file}.claim-${nonce}`,
        JSON.stringify({ ...owner, nonce: `nonce-of-taker-${round}` }),
      );
    }
  }
  const script = fileURLToPath(import.meta.resolve('./lockRacer.ts'));
  const racers = 5;
  const args = [script, folder, String(rounds), String(Date.now() + 3000), '100'];
  const runs = await Promise.all(
    Array.from({ length: racers }, () => promisify(execFile)(process.execPath, args, { timeout: 50_000 })),
  );
  const results = runs.map(({ stdout }) => JSON.parse(stdout) as string[]);
  for (let round = 0; round < rounds; round += 1) {
    const inRound = results.map(racer => racer[round]).sort();
    assert.deepEqual(
      inRound,
      [...Array.from({ length: racers - 1 }, () => 'conflict'), 'won'],
      `round ${round}`,
    );
  }
  assert.deepEqual(
    (await readdir(folder)).filter(name => !/^lock-\d+$/.test(name)),
    [],
  );
});
