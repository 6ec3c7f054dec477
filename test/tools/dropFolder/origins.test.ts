import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../../support/waitFor.ts';
import { errorIn, makeDropHarness, spawnCall, threadIn } from './dropHarness.ts';

function git(folder: string, ...args: readonly string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const who = ['-c', 'user.name=A Person', '-c', 'user.email=person@example.com'];
  execFileSync('git', [...who, '-C', folder, ...args], { env, stdio: 'ignore' });
}

test('what lay there before the first host start is refused, also half written, and stays refused', async t => {
  const { serve, drop, result, files, inRequests } = await makeDropHarness(t);
  await drop('early', spawnCall('early'));
  await writeFile(inRequests('half.json'), '{"tool"');
  const first = await serve();
  assert.deepEqual(
    [errorIn(await result('early')), errorIn(await result('half'))],
    ['permission_denied', 'permission_denied'],
  );
  assert.deepEqual(await files(), [
    'early.json.refused',
    'early.result.json',
    'half.json.refused',
    'half.result.json',
  ]);
  // Whoever looked at it may say that it counts.
  await rm(inRequests('early.result.json'));
  await rename(inRequests('early.json.refused'), inRequests('early.json'));
  threadIn(await result('early'));
  await first.close();
  await drop('between', spawnCall('between'));
  const second = await serve();
  threadIn(await result('between'));
  assert.equal(second.store.threads().size, 2);
});

test('a state that was brought along or set back makes the next start a first one', async t => {
  const { serve, drop, result, drops, claims: makeClaims } = await makeDropHarness(t);
  const first = await serve();
  await first.close();
  await drop('claimed', spawnCall('claimed'));
  await makeClaims().take('claimed');
  await writeFile(join(drops, 'known'), 'a'.repeat(64));
  await drop('lying', spawnCall('lying'));
  const second = await serve();
  assert.deepEqual(
    [errorIn(await result('claimed')), errorIn(await result('lying'))],
    ['permission_denied', 'permission_denied'],
  );
  assert.equal(second.store.threads().size, 0);
});

test('a request that git tracks is refused and stays where it is, in whatever spelling', async t => {
  const { serveKnown, workspace, drop, result, files, inRequests } = await makeDropHarness(t);
  git(workspace, 'init');
  await drop('tracked', spawnCall('tracked'));
  git(workspace, 'add', '-f', '.agentdock/requests/tracked.json');
  const { store } = await serveKnown();
  await drop('own', spawnCall('own'));
  threadIn(await result('own'));
  const refused = await result('tracked');
  assert.equal(errorIn(refused), 'permission_denied');
  assert.match(refused.ok ? '' : refused.error.message, /Git tracks/);
  assert.deepEqual(await files(), ['own.result.json', 'tracked.json', 'tracked.result.json']);
  await rm(inRequests('tracked.json'));
  await drop('TRACKED', spawnCall('other spelling'));
  assert.equal(errorIn(await result('TRACKED')), 'permission_denied');
  assert.equal(store.threads().size, 1);
});

test('a request that a pull brings is refused, also while git is still at it', async t => {
  const { serveKnown, workspace, drop, result, logged } = await withLog(t);
  git(workspace, 'init');
  const { store } = await serveKnown();
  // What git does: the lock, the files, then the index with them in it.
  await writeFile(join(workspace, '.git', 'index.lock'), '', { flag: 'wx' });
  await drop('pulled', spawnCall('pulled'));
  await waitFor('the host to wait for git', () => logged().some(line => line.includes('index.lock')));
  assert.equal(store.threads().size, 0);
  await rm(join(workspace, '.git', 'index.lock'));
  git(workspace, 'add', '-f', '.agentdock/requests/pulled.json');
  // Whichever came first, the list of git or the end of its lock: asked again, it is listed or taken as somebody's own.
  const reply = await result('pulled');
  assert.ok(errorIn(reply) === 'permission_denied' || store.threads().size === 1);
});

test('a lock that a dead git left is named in an answer, and nothing is handled', async t => {
  const { serveKnown, workspace, drop, result, files } = await makeDropHarness(t);
  git(workspace, 'init');
  const { store } = await serveKnown();
  const lock = join(workspace, '.git', 'index.lock');
  await writeFile(lock, '', { flag: 'wx' });
  const old = new Date(Date.now() - 31_000);
  await utimes(lock, old, old);
  await drop('mine', spawnCall('mine'));
  const reply = await result('mine');
  assert.ok(!reply.ok);
  assert.deepEqual([reply.error.code, reply.error.retryable], ['conflict', true]);
  assert.ok(reply.error.message.includes(lock), reply.error.message);
  assert.deepEqual(await files(), ['mine.json.refused', 'mine.result.json']);
  await rm(lock);
  await drop('again', spawnCall('again'));
  assert.equal(errorIn(await result('again')), 'ok');
  assert.deepEqual(
    [...store.threads().values()].map(thread => thread.task_name),
    ['again'],
  );
});

async function withLog(t: Parameters<typeof makeDropHarness>[0]) {
  const harness = await makeDropHarness(t);
  let lines: readonly string[] = [];
  return {
    ...harness,
    logged: () => lines,
    serveKnown: async () => {
      const served = await harness.serveKnown();
      lines = served.logged;
      return served;
    },
  };
}

test('where git cannot be asked about its repository, nothing is taken', async t => {
  const { serveKnown, workspace, drop, result } = await makeDropHarness(t);
  git(workspace, 'init');
  await writeFile(join(workspace, '.git', 'index'), 'rubbish');
  const { store } = await serveKnown();
  await drop('unclear', spawnCall('unclear'));
  assert.equal(errorIn(await result('unclear')), 'permission_denied');
  assert.equal(store.threads().size, 0);
});
