import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { readLines } from '../../src/providers/process/lines.ts';
import { isAlive } from '../../src/providers/process/processTable.ts';
import { spawnCli } from '../../src/providers/process/spawnCli.ts';
import { processRefOf } from '../../src/providers/process/startedProcess.ts';
import { newThreadId } from './harness.ts';

function makeHarness(t: TestContext, script: string, file = 'sh') {
  const threadId = newThreadId();
  t.after(() => endMarked(threadId, { graceMs: 0 }));
  const environment = { PATH: process.env['PATH'] ?? '', AGENTDOCK_THREAD: threadId };
  const lines: string[] = [];
  const cli = spawnCli({ file, args: ['-c', script], workingDir: '/', environment });
  const read = readLines(cli.stdout, line => lines.push(line));
  return { cli, lines, read, threadId };
}

test('a CLI takes text, answers in lines and tells how it ended', async t => {
  const { cli, lines, read } = makeHarness(t, 'read line; echo "got $line in $PWD"; exit 3');
  assert.equal(await cli.write('hello\n'), true);
  assert.deepEqual(await cli.exited, { code: 3, signal: undefined });
  await read;
  assert.deepEqual(lines, ['got hello in /']);
});

test('a program that is not there ends with the reason, and takes no text', async t => {
  const { cli, read } = makeHarness(t, '', '/nowhere/program');
  const exit = await cli.exited;
  assert.equal(exit.error?.code, 'ENOENT');
  assert.equal(cli.pid, undefined);
  assert.equal(await cli.write('x'), false);
  cli.endInput();
  await read;
});

test('text for a program that has closed its input is refused, not thrown', async t => {
  const { cli } = makeHarness(t, 'exec <&-; echo closed; sleep 100');
  const big = 'x'.repeat(1024 * 1024);
  assert.equal(await cli.write(big), false);
  assert.equal(await cli.write('again'), false);
});

test('the last 8 kB of the error output are kept', async t => {
  const { cli, read } = makeHarness(t, 'seq 1 20000 >&2; echo last >&2');
  await cli.exited;
  await read;
  assert.match(cli.stderrTail(), /\n20000\nlast\n$/);
  assert.equal(cli.stderrTail().length, 8 * 1024);
});

test('the exit is told while a child still holds the pipes', async t => {
  const { cli, read, threadId } = makeHarness(t, 'setsid sleep 100 & exit 0');
  assert.equal((await cli.exited).code, 0);
  assert.equal(await endMarked(threadId), 1);
  await read;
});

test('a signal is told by name', async t => {
  const { cli } = makeHarness(t, 'kill -9 $$');
  assert.deepEqual(await cli.exited, { code: undefined, signal: 'SIGKILL' });
});

test('a process is named for the disk while it lives, and not once it is gone', async t => {
  const { cli } = makeHarness(t, 'read line');
  const started = { ...cli, pid: cli.pid ?? 0 };
  const ref = await processRefOf(started, 'sh', false);
  assert.equal(ref?.shared, false);
  assert.ok(await isAlive(ref));
  cli.endInput();
  await cli.exited;
  assert.equal(await processRefOf(started, 'sh', false), undefined);
});
