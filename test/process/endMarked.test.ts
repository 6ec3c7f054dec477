import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { hostMark } from '../../src/core/agentMarks.ts';
import { endMarked, endMarkedHost } from '../../src/providers/process/endTree.ts';
import { isAlive } from '../../src/providers/process/processTable.ts';
import { waitFor } from '../support/waitFor.ts';
import { isGone, makeTree, newThreadId, scriptFile } from './harness.ts';

test('every process of the thread is ended, also one that left tree, group and session, and they are counted', async t => {
  const tree = await makeTree(t, 'sh -c "setsid sleep 100 & echo far=\\$!"; echo alone=1; exec sleep 100');
  const far = await tree.number('far');
  await tree.number('alone');
  assert.equal(await endMarked(tree.threadId), 2);
  assert.ok(await isGone(far));
  assert.ok(await isGone(tree.root.pid));
  assert.equal(await endMarked(tree.threadId), 0);
});

test('a thread whose id begins with the same letters is left alone', async t => {
  const threadId = newThreadId();
  const tree = await makeTree(t, 'sleep 100', { threadId });
  const other = await makeTree(t, 'sleep 100', { threadId: `${threadId}-2` });
  await endMarked(threadId);
  assert.ok(await isGone(tree.root.pid));
  assert.ok(await isAlive(other.root));
});

test('a child that dropped its environment is ended with its marked parent', async t => {
  const tree = await makeTree(t, 'env -i setsid sleep 100 & echo bare=$!; wait');
  const bare = await tree.number('bare');
  await endMarked(tree.threadId);
  assert.ok(await isGone(bare));
});

test('processes that start each other anew when they are told to end are ended all the same', async t => {
  const tree = await makeTree(t, 'echo ready=1; sleep 100');
  const script = await scriptFile(
    t,
    'again() { [ "$1" -lt 6 ] && setsid sh "$0" $(($1 + 1)) & exit; }; trap "again $1" TERM; echo n$1=$$; while :; do sleep 0.05; done',
  );
  const respawner = await makeTree(t, `sh ${script} 1; sleep 100`, { threadId: tree.threadId });
  await respawner.number('n1');
  await endMarked(tree.threadId);
  assert.equal(await endMarked(tree.threadId), 0);
});

test('a process that forks and leaves all the time is caught', async t => {
  // Each one lives some milliseconds, starts the next in a session of its own, and ends.
  const script = await scriptFile(t, 'sleep 0.01; echo hop$1=1; setsid sh "$0" $(($1 + 1)) &');
  const tree = await makeTree(t, `sh ${script} 1; exec sleep 100`);
  await tree.number('hop3');
  await endMarked(tree.threadId, { graceMs: 50 });
  assert.equal(await endMarked(tree.threadId), 0);
});

test('a process that ends its own mark survives, its children do not', async t => {
  const threadId = newThreadId();
  const program = `
    import { spawn } from 'node:child_process';
    import { endMarked } from ${JSON.stringify(new URL('../../src/providers/process/endTree.ts', import.meta.url).href)};
    const marked = spawn('sleep', ['100']);
    const bare = spawn('sleep', ['100'], { env: {} });
    console.log(await endMarked(${JSON.stringify(threadId)}), marked.exitCode === null, bare.signalCode);
    bare.kill('SIGKILL');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: process.env['PATH'], AGENTDOCK_THREAD: threadId },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    printed += data;
  });
  await waitFor('the program to end', () => child.exitCode !== null);
  assert.match(printed, /^1 /);
  assert.match(printed, / null\n$/, 'its unmarked child was ended');
});

test('shared servers are found by the mark of their host', async t => {
  const nonce = newThreadId();
  const child = spawn('sleep', ['100'], { env: { PATH: process.env['PATH'], [hostMark]: nonce } });
  t.after(() => child.kill('SIGKILL'));
  assert.equal(await endMarkedHost(nonce), 1);
  assert.ok(await isGone(child.pid ?? 0));
});
