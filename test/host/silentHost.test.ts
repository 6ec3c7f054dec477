import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDock } from './harness.ts';

test('a host that lives and does not answer is reported with its number, not robbed, and goes on where it was', async t => {
  const dock = await makeDock(t);
  await dock.startHost();
  const pid = await dock.hostPid();
  process.kill(pid, 'SIGSTOP');
  try {
    const run = await dock.cli(['list', '--json']);
    assert.equal(run.code, 1, run.stdout);
    const { error } = run.json() as {
      error: { code: string; message: string; retryable: boolean; hint: string };
    };
    assert.deepEqual([error.code, error.retryable], ['conflict', false]);
    assert.match(error.message, new RegExp(`process ${pid}.*does not answer`));
    assert.match(error.hint, new RegExp(`End process ${pid}`));
    assert.deepEqual(await dock.hostPids(), [pid]);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  assert.equal((await dock.cli(['list', '--json'])).code, 0);
  assert.deepEqual(await dock.hostPids(), [pid]);
});
