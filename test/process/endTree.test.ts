import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endEntries, endMarked, endTree } from '../../src/providers/process/endTree.ts';
import { isAlive, readProcessTable } from '../../src/providers/process/processTable.ts';
import {
  type DescendantTracker,
  sampleDescendants,
  shareTracker,
  trackDescendants,
} from '../../src/providers/process/trackDescendants.ts';
import { waitFor } from '../support/waitFor.ts';
import { isGone, makeTree } from './harness.ts';

test('ending a tree takes children, grandchildren and a child in a session of its own', async t => {
  const tree = await makeTree(
    t,
    'sleep 100 & echo child=$!; (sleep 100 & echo grandchild=$!; wait) & setsid sleep 100 & echo session=$!; wait',
  );
  const pids = await Promise.all(['child', 'grandchild', 'session'].map(tree.number));
  await endTree(tree.root);
  for (const pid of [tree.root.pid, ...pids]) assert.ok(await isGone(pid), `${pid} is left`);
});

test('ending a tree lets a program clean up first', async t => {
  const tree = await makeTree(
    t,
    'trap "echo cleaned=1; exit 0" TERM; echo ready=1; while :; do sleep 0.1; done',
  );
  await tree.number('ready');
  await endTree(tree.root);
  assert.equal(await tree.number('cleaned'), 1);
});

test('a script whose command was ended does not go on to its next one', async t => {
  for (let round = 0; round < 20; round += 1) {
    const tree = await makeTree(t, 'echo ready=1; sleep 100; echo late=1');
    await tree.number('ready');
    await waitFor('the command', async () =>
      (await readProcessTable()).some(({ ppid }) => ppid === tree.root.pid),
    );
    await (round % 2 === 0 ? endTree(tree.root) : endMarked(tree.threadId));
    assert.doesNotMatch(await tree.allPrinted, /late/);
  }
});

test('a program that ignores SIGTERM is ended hard after the grace', async t => {
  const tree = await makeTree(t, 'trap "" TERM; echo ready=1; while :; do sleep 0.1; done');
  await tree.number('ready');
  await endTree(tree.root, { graceMs: 100 });
  assert.ok(await isGone(tree.root.pid));
  const signal = await waitFor('the exit', () => tree.child.signalCode);
  assert.equal(signal, 'SIGKILL');
});

test('a child that lost its parent inside the process group is taken with the tree', async t => {
  const tree = await makeTree(t, 'sh -c "sleep 100 & echo orphan=\\$!"; echo done=1; sleep 100');
  const orphan = await tree.number('orphan');
  await tree.number('done');
  await waitFor('the orphan to have another parent', async () => {
    const entry = (await readProcessTable()).find(({ pid }) => pid === orphan);
    return entry !== undefined && entry.ppid !== tree.root.pid;
  });
  await endTree(tree.root);
  assert.ok(await isGone(orphan));
});

test('a child born while the tree is being ended is taken too', async t => {
  const tree = await makeTree(
    t,
    'trap "setsid sleep 100 & echo born=\\$!" TERM; echo ready=1; while :; do sleep 0.05; done',
  );
  await tree.number('ready');
  const ended = endTree(tree.root, { graceMs: 60_000 });
  const born = await tree.number('born');
  await waitFor('the child to be gone', () => isGone(born));
  process.kill(tree.root.pid, 'SIGKILL');
  await ended;
  assert.ok(await isGone(tree.root.pid));
});

test('a process that only has the same pid is left alone', async t => {
  const tree = await makeTree(t, 'sleep 100');
  await endTree({ pid: tree.root.pid, start_time: '1' });
  assert.ok(await isAlive(tree.root));
  assert.equal(await isAlive({ pid: tree.root.pid, start_time: '1' }), false);
});

test('ending a tree that is gone resolves, twice too', async t => {
  const tree = await makeTree(t, 'sleep 100');
  await Promise.all([endTree(tree.root), endTree(tree.root)]);
  await endTree(tree.root);
  assert.equal(await isAlive(tree.root), false);
});

test('a process that has ended but was not waited for counts as gone', async t => {
  // The parent of `true` is replaced by a sleep, which never waits for it.
  const tree = await makeTree(t, 'true & echo child=$!; exec sleep 100');
  const child = await tree.number('child');
  await waitFor('the child to be gone', () => isGone(child));
  assert.ok(await isAlive(tree.root));
});

test('descendants that were sampled are found again after their tree fell apart', async t => {
  const tree = await makeTree(t, 'env -i setsid sh -c "sleep 100 & sleep 101; :" & echo ready=1; wait');
  const tracker = sampleDescendants(tree.root.pid, 10);
  t.after(() => endEntries(tracker.snapshot()));
  t.after(() => tracker.stop());
  await tree.number('ready');
  await waitFor('the sleeps to be seen', () => tracker.snapshot().length >= 3);
  process.kill(tree.root.pid, 'SIGKILL');
  await waitFor('the root to be gone', () => isGone(tree.root.pid));
  tracker.stop();
  const entries = tracker.snapshot();
  await endEntries(entries);
  for (const { pid } of entries) assert.ok(await isGone(pid));
});

test('of a shared server’s descendants, those that left its tree end with the last turn', async t => {
  const tree = await makeTree(
    t,
    'sleep 100 & echo helper=$!; env -i setsid sh -c "sleep 101 & echo stray=\\$!; echo middle=\\$\\$; wait" & wait',
  );
  let looks: DescendantTracker | undefined;
  const shared = shareTracker(tree.root, pid => {
    looks = sampleDescendants(pid, 10);
    return looks;
  });
  const [leaveFirst, leaveLast] = [shared.enter(), shared.enter()];
  const [helper, stray] = [await tree.number('helper'), await tree.number('stray')];
  await waitFor('both to be seen', () => {
    const seen = looks?.snapshot().map(({ pid }) => pid) ?? [];
    return seen.includes(helper) && seen.includes(stray);
  });
  const middle = await tree.number('middle');
  process.kill(middle, 'SIGKILL');
  await waitFor('its parent to be gone', () => isGone(middle));
  await leaveFirst();
  assert.equal(await isGone(stray), false);
  await leaveLast();
  assert.deepEqual([await isGone(stray), await isGone(helper)], [true, false]);

  const leave = shared.enter();
  await waitFor('the helper to be seen', () => looks?.snapshot().some(({ pid }) => pid === helper));
  process.kill(tree.root.pid, 'SIGKILL');
  await waitFor('the root to be gone', () => isGone(tree.root.pid));
  await leave();
  assert.equal(await isGone(helper), true);
});

test('nothing is sampled where environments can be read', {
  skip: process.platform !== 'linux' && 'this platform hides environments',
}, () => {
  const tracker = trackDescendants(process.pid);
  assert.deepEqual(tracker.snapshot(), []);
  tracker.stop();
});
