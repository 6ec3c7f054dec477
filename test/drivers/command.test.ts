import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import { commandDriver } from '../../src/providers/command/driver.ts';
import { isAlive } from '../../src/providers/process/processTable.ts';
import { loadPty } from '../../src/providers/pty/loadPty.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeHarness } from './commandHarness.ts';
import { processOf } from './harness.ts';

test('a command runs in its folder with the mark and a terminal, and exit code 0 completes it', async t => {
  const { shell, workspace } = await makeHarness(t);
  const { turn, output, request } = shell(
    'echo "$PWD|$AGENTDOCK_THREAD|$TERM"; test -t 0 && test -t 1 && echo tty',
  );
  assert.deepEqual(await turn.ended, {
    outcome: 'completed',
    result: `${workspace}|${request.threadId}|xterm-256color\ntty`,
  });
  assert.match(output(), /\r\ntty\r\n$/);
});

test('the facts come in order: nothing runs before the prompt counts as sent', async t => {
  const { start, workspace } = await makeHarness(t);
  const marker = join(workspace, 'ran');
  const { turn, calls, processes, sessions } = start(['sh', '-c', 'echo hi; touch ran; read line']);
  await waitFor('output', () => calls.includes('event'));
  turn.write?.('\n');
  await turn.ended;
  assert.deepEqual(calls, ['sessionBound', 'promptSending', 'processStarted', 'turnStarted', 'event']);
  assert.match(sessions[0]?.id ?? '', /^command-[0-9a-f-]{36}$/);
  assert.equal(processes[0]?.name, 'sh');
  assert.equal(processes[0]?.shared, false);
  const refused = start(['sh', '-c', `echo again > ${marker}`], {
    onFact: name => {
      if (name === 'promptSending') throw new DockError('cancelled', 'The thread was cancelled.');
    },
  });
  const end = await refused.turn.ended;
  assert.equal(end.outcome, 'interrupted');
  assert.equal(end.error?.code, 'cancelled');
  assert.deepEqual(refused.calls, ['sessionBound', 'promptSending']);
});

test('a sink that refuses the process has it ended before the turn ends', async t => {
  const { start } = await makeHarness(t);
  const { turn, processes } = start(['sh', '-c', 'trap "" INT TERM; sleep 100 & wait'], {
    onFact: name => {
      if (name === 'processStarted') throw new DockError('storage_unavailable', 'The disk is full.');
    },
  });
  const end = await turn.ended;
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.code, 'storage_unavailable');
  assert.equal(processes.length, 1);
  for (const ref of processes) assert.equal(await isAlive(ref), false);
});

test('an exit code other than 0 fails with the code and the last output', async t => {
  const { shell } = await makeHarness(t);
  const end = await shell('echo no such file; exit 7').turn.ended;
  assert.equal(end.outcome, 'failed');
  assert.equal(end.result, 'no such file');
  assert.deepEqual(end.error, {
    code: 'unknown',
    message: 'The command ended with exit code 7.',
    retryable: false,
  });
});

test('a command that is killed fails with the signal, and runs again in the same session', async t => {
  const { shell, start } = await makeHarness(t);
  const first = shell('echo up; sleep 100');
  await first.found(/up/);
  process.kill(processOf(first).pid, 'SIGKILL');
  const end = await first.turn.ended;
  assert.equal(end.outcome, 'failed');
  assert.match(end.error?.message ?? '', /SIGKILL/);

  const id = first.sessions[0]?.id ?? '';
  const session = { id, bound_at: '2025-01-01T00:00:00.000Z', working_dir: '.' };
  const second = start(['echo', 'back'], { session });
  assert.deepEqual(await second.turn.ended, { outcome: 'completed', result: 'back' });
  assert.deepEqual(second.sessions, [{ id }]);
});

test('arguments reach the program as they are', async t => {
  const { start } = await makeHarness(t);
  const words = ['$HOME', 'a b', '"', "'", '*', '-n', '\\', 'é\u{1F680}', ''];
  const { turn } = start(['printf', '[%s]\n', ...words]);
  assert.equal((await turn.ended).result, words.map(word => `[${word}]`).join('\n'));
});

test('keys and sizes reach the program, and do no harm once it has ended', async t => {
  const { shell } = await makeHarness(t);
  const { turn, found } = shell(
    'trap "stty size" WINCH; echo ready; while ! read line; do :; done; echo "got $line"',
  );
  await found(/ready/);
  turn.resize?.(91, 37);
  turn.resize?.(0, -1);
  turn.resize?.(Number.NaN, 10);
  turn.write?.('h\u00e9llo\r');
  const end = await turn.ended;
  assert.match(end.result ?? '', /got héllo$/);
  assert.match(end.result ?? '', /37 91/);
  turn.write?.('late');
  turn.resize?.(80, 24);
});

test('a program given by a path is found from the folder of the turn', async t => {
  const { start, workspace } = await makeHarness(t);
  await writeFile(join(workspace, 'run.sh'), '#!/bin/sh\necho ran "$1"\n', { mode: 0o755 });
  assert.equal((await start(['./run.sh', 'it']).turn.ended).result, 'ran it');
});

test('what cannot be started ends with a typed error and runs nothing', async t => {
  const { start } = await makeHarness(t);
  const cases = [
    { command: ['agentdock-no-such-program'], code: 'provider_missing' },
    { command: ['./missing'], code: 'provider_missing' },
    { command: ['/tmp'], code: 'provider_missing' },
    { command: [], code: 'invalid_arguments' },
    { command: undefined, code: 'invalid_arguments' },
    { command: [''], code: 'invalid_arguments' },
    { command: ['echo', 'a\0b'], code: 'invalid_arguments' },
  ];
  for (const { command, code } of cases) {
    const { turn, calls } = start(command);
    const end = await turn.ended;
    assert.equal(end.outcome, 'failed');
    assert.equal(end.error?.code, code, JSON.stringify(command));
    if (code === 'provider_missing') assert.ok(end.error?.hint);
    assert.deepEqual(calls, []);
  }
});

test('a command runs in no mode that promises to hold it', async t => {
  const { start, workspace } = await makeHarness(t);
  for (const permissionMode of ['read_only', 'ask', 'edit'] as const) {
    const { turn, calls } = start(['touch', join(workspace, 'file')], { permissionMode });
    assert.equal((await turn.ended).error?.code, 'permission_denied');
    assert.deepEqual(calls, []);
  }
});

test('a command takes no messages', async t => {
  const { start } = await makeHarness(t);
  const { turn } = start(['true']);
  await assert.rejects(
    turn.steer('hello'),
    (error: unknown) => error instanceof DockError && error.code === 'conflict',
  );
  await turn.ended;
});

test('health is good where node-pty loads, and says what to do where it does not', async t => {
  const { driver } = await makeHarness(t);
  const signal = new AbortController().signal;
  assert.equal((await driver.checkHealth(signal)).status, 'healthy');

  const missing = () => loadPty(() => Promise.reject(new Error('no native module')));
  const without = await makeHarness(t, context => commandDriver(context, missing));
  const health = await without.driver.checkHealth(signal);
  assert.equal(health.status, 'offline');
  assert.equal(health.installed, false);
  assert.match(health.message, /node-pty/);
  const { turn, calls } = without.start(['true']);
  assert.equal((await turn.ended).error?.code, 'provider_missing');
  assert.deepEqual(calls, []);
});
