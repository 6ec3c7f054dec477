import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Thread } from '../../src/contracts/thread.ts';
import { ThreadTree, type TreeNode } from '../../src/views/threadTree.ts';
import { makeThread } from './threads.ts';

const early = '2026-11-01T09:00:00.000Z';
const late = '2026-11-01T11:00:00.000Z';

function makeTree(folders: Readonly<Record<string, readonly Thread[]>>) {
  const maps = Object.entries(folders).map(([key, threads]) => ({
    key,
    threads: new Map<ThreadId, Thread>(threads.map(thread => [thread.id, thread])),
  }));
  const tree = new ThreadTree();
  tree.setFolders(maps);
  /** The tree as text, one row a line. */
  const shown = (nodes: readonly TreeNode[] = tree.roots(), indent = ''): string =>
    nodes
      .map(node => {
        const name = tree.threadOf(node)?.task_name ?? node.folder;
        return `${indent}${name}\n${shown(tree.children(node), `${indent}  `)}`;
      })
      .join('');
  const set = (folder: string, thread: Thread) => {
    maps.find(({ key }) => key === folder)?.threads.set(thread.id, thread);
    return tree.change(folder, [thread]);
  };
  return { tree, shown, set };
}

test('workers lie under their master, newest first', () => {
  const { shown } = makeTree({
    a: [
      makeThread('thread-one', 'first', { created_at: early }),
      makeThread('thread-master', 'master', { role: 'master' }),
      makeThread('thread-two', 'older worker', { parent_id: 'thread-master', created_at: early }),
      makeThread('thread-three', 'newer worker', { parent_id: 'thread-master', created_at: late }),
    ],
  });
  assert.equal(shown(), 'master\n  newer worker\n  older worker\nfirst\n');
});

test('a thread whose parent is not there stays in sight', () => {
  const { shown } = makeTree({ a: [makeThread('thread-two', 'orphan', { parent_id: 'thread-gone' })] });
  assert.equal(shown(), 'orphan\n');
});

test('several folders come first; the same thread id in two folders is two rows', () => {
  const { shown, tree } = makeTree({
    a: [makeThread('thread-one', 'x')],
    b: [makeThread('thread-one', 'y')],
  });
  assert.equal(shown(), 'a\n  x\nb\n  y\n');
  assert.notEqual(tree.find('a', 'thread-one'), tree.find('b', 'thread-one'));
});

test('a change of state draws one row, a new worker its master, a first one or a new root everything', () => {
  const { tree, shown, set } = makeTree({
    a: [makeThread('thread-one', 'x'), makeThread('thread-two', 'y')],
  });
  shown();
  const one = tree.find('a', 'thread-one');
  assert.deepEqual(set('a', makeThread('thread-one', 'x', { state: 'running' })), [one]);
  assert.equal(set('a', makeThread('thread-kid', 'kid', { parent_id: 'thread-one' })), 'all');
  assert.equal(shown(), 'y\nx\n  kid\n');
  assert.deepEqual(set('a', makeThread('thread-son', 'son', { parent_id: 'thread-one' })), [one]);
  assert.equal(shown(), 'y\nx\n  son\n  kid\n');
  assert.equal(set('a', makeThread('thread-new', 'z')), 'all');
});

test('rows are the same objects for their whole life', () => {
  const { tree, set } = makeTree({ a: [makeThread('thread-one', 'x')] });
  const [before] = tree.roots();
  set('a', makeThread('thread-new', 'z', { created_at: late }));
  assert.equal(tree.roots()[1], before);
});

test('every row knows its parent', () => {
  const { tree } = makeTree({
    a: [makeThread('thread-one', 'x'), makeThread('thread-kid', 'kid', { parent_id: 'thread-one' })],
    b: [],
  });
  const kid = tree.find('a', 'thread-kid');
  const one = kid && tree.parent(kid);
  assert.deepEqual(one, tree.find('a', 'thread-one'));
  assert.deepEqual(one && tree.parent(one), { kind: 'folder', folder: 'a' });
});
