import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { spawnCli } from '../../src/providers/process/spawnCli.ts';
import { endStarted, processRefOf } from '../../src/providers/process/startedProcess.ts';
import { hideProcesses } from './hideProcesses.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'makes /proc unreadable' };
const unseen = { code: 'unknown', message: /could not be looked at/, hint: /open files/, retryable: true };

function start(t: TestContext, script: string) {
  const cli = spawnCli({ file: 'sh', args: ['-c', script], workingDir: '/', environment: {} });
  t.after(() => cli.kill());
  return { ...cli, pid: cli.pid ?? 0 };
}

test('a process that cannot be looked at is ended, and the reason is told', linuxOnly, async t => {
  hideProcesses(t);
  const started = start(t, 'sleep 100; true');
  await assert.rejects(processRefOf(started, 'sh', false), unseen);
  assert.equal((await started.exited).signal, 'SIGKILL');
});

test('a process that has ended has ended, though it cannot be looked at', linuxOnly, async t => {
  hideProcesses(t);
  const started = start(t, 'exit 3');
  await started.exited;
  assert.equal(await processRefOf(started, 'sh', false), undefined);
});

test('a process is ended though its tree cannot be looked at', linuxOnly, async t => {
  const started = start(t, 'sleep 100; true');
  const ref = await processRefOf(started, 'sh', false);
  assert.ok(ref);
  hideProcesses(t);
  await assert.rejects(endStarted(started, ref), unseen);
  assert.equal((await started.exited).signal, 'SIGKILL');
});
