import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { threadMark } from '../../src/core/agentMarks.ts';
import type { TurnEnd } from '../../src/providers/driver.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { runTerminal } from '../../src/providers/pty/terminalTurn.ts';
import { commandLineOf } from '../host/processes.ts';
import { newThreadId } from '../process/harness.ts';
import { hideProcesses } from '../process/hideProcesses.ts';
import { makeHarness as makeClaudeCodeHarness } from './claudeCodeHarness.ts';
import { makeCodexHarness } from './codexHarness.ts';
import { makeHarness as makeCommandHarness } from './commandHarness.ts';
import { recordingSink } from './harness.ts';
import { makeHarness as makeOpencodeHarness } from './opencodeHarness.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'makes /proc unreadable' };

/** A program in a CLI's place that says nothing and does not end. */
async function makeSilent(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dock-silent-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'cli');
  await writeFile(file, '#!/bin/sh\n[ "$1" = --version ] && exec echo 99.1.2\nexec sleep 100\n');
  await chmod(file, 0o755);
  return file;
}

function expectUnseen({ outcome, error }: TurnEnd): void {
  assert.equal(outcome, 'failed');
  assert.match(error?.message ?? '', /could not be looked at/);
  assert.match(error?.hint ?? '', /open files/);
}

test('claude_code: a process that cannot be looked at is ended, and the turn with it', linuxOnly, async t => {
  const { start } = await makeClaudeCodeHarness(t, { binary: await makeSilent(t) });
  const show = hideProcesses(t);
  const { turn, request } = start('hello');
  expectUnseen(await turn.ended);
  await turn.interrupt();
  show();
  assert.equal(await endMarked(request.threadId), 0);
});

test('codex: a server that cannot be looked at is ended, and the turn with it', linuxOnly, async t => {
  const { start } = await makeCodexHarness(t, { binary: await makeSilent(t) });
  const show = hideProcesses(t);
  const { turn } = start('hello');
  expectUnseen(await turn.ended);
  await turn.interrupt();
  show();
  assert.deepEqual(await ownPrograms(), []);
});

test('opencode: a server that cannot be looked at is ended, and the turn with it', linuxOnly, async t => {
  const harness = await makeOpencodeHarness({ binary: await makeSilent(t) });
  t.after(() => harness.close());
  const show = hideProcesses(t);
  const { turn } = harness.start('hello');
  expectUnseen(await turn.ended);
  await turn.interrupt();
  show();
  assert.deepEqual(await ownPrograms(), []);
});

test('command: a program that cannot be looked at is ended, and the turn with it', linuxOnly, async t => {
  const { start } = await makeCommandHarness(t);
  const show = hideProcesses(t);
  const { turn, request } = start([await makeSilent(t)]);
  expectUnseen(await turn.ended);
  await turn.interrupt();
  show();
  assert.equal(await endMarked(request.threadId), 0);
});

test('a terminal program that cannot be looked at is ended', linuxOnly, async t => {
  const threadId = newThreadId();
  const show = hideProcesses(t);
  const running = runTerminal({
    threadId,
    launch: { file: await makeSilent(t), args: [], options: { windowsHide: true } },
    workingDir: '/',
    environment: { PATH: process.env['PATH'] ?? '', [threadMark]: threadId },
    sink: recordingSink().sink,
    stopping: new AbortController().signal,
    onData: () => undefined,
    onStarted: () => assert.fail('Nobody is told of it.'),
  });
  await assert.rejects(running, { message: /could not be looked at/ });
  show();
  assert.equal(await endMarked(threadId), 0);
});

/** The silent programs that are children of this process. */
async function ownPrograms(): Promise<readonly string[]> {
  return (
    (await readProcessTable())
      .filter(({ ppid }) => ppid === process.pid)
      .map(({ pid }) => commandLineOf(pid))
      // Before its `exec` it is still a shell.
      .filter(line => line.includes('sleep') || line.includes('dock-silent'))
  );
}
