import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  treeRoots,
  windowsTreeRoots,
  withDescendants,
  withoutFalseParents,
} from '../../src/providers/process/tree.ts';

const entry = (pid: number, ppid: number, startTime: string, group?: number) =>
  group === undefined ? { pid, ppid, startTime } : { pid, ppid, startTime, group };
const pids = (entries: readonly { pid: number }[]) => entries.map(({ pid }) => pid).sort((a, b) => a - b);

test('descendants are followed to any depth, through circles, and never through the barrier', () => {
  const table = [
    entry(1, 9, 'a'),
    entry(2, 1, 'a'),
    entry(3, 2, 'a'),
    entry(9, 3, 'a'),
    entry(5, 1, 'a'),
    entry(6, 5, 'a'),
  ];
  assert.deepEqual(pids(withDescendants(table, [entry(1, 9, 'a')], 5)), [1, 2, 3, 9]);
});

test('a process group counts only for a leader that was seen alive', () => {
  const ref = { pid: 10, start_time: 's' };
  const member = entry(11, 1, 't', 10);
  assert.deepEqual(treeRoots([member], ref, false), []);
  assert.deepEqual(treeRoots([member], ref, true), [member]);
  assert.deepEqual(treeRoots([entry(10, 1, 'other', 10), member], ref, false), []);
});

test('on Windows the children of a dead parent are those older than the next owner of its number', () => {
  const ref = { pid: 10, start_time: '2025-01-01T00:00:05' };
  const before = entry(20, 10, '2025-01-01T00:00:01');
  const own = entry(21, 10, '2025-01-01T00:00:06');
  const owner = entry(10, 1, '2025-01-01T00:00:08');
  const foreign = entry(22, 10, '2025-01-01T00:00:09');
  assert.deepEqual(windowsTreeRoots([before, own, owner, foreign], ref), [own]);
  assert.deepEqual(windowsTreeRoots([before, own], ref), [own]);
  assert.deepEqual(windowsTreeRoots([entry(10, 1, ref.start_time), own], ref), [
    entry(10, 1, ref.start_time),
  ]);
});

test('on Windows a parent younger than its child is no parent', () => {
  const parent = entry(10, 1, '2025-01-01T00:00:08');
  assert.deepEqual(withoutFalseParents([parent, entry(11, 10, '2025-01-01T00:00:01')]), [
    parent,
    entry(11, 0, '2025-01-01T00:00:01'),
  ]);
});
