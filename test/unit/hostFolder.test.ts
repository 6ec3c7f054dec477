import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findWorkspace } from '../../src/cli/findWorkspace.ts';
import { hostFolder } from '../../src/client/hostFolder.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

/** A repository with a linked worktree, `.agentdock/` in both and in a folder of both. */
async function makeWorktrees(t: TestContext, ...more: string[]) {
  const root = await realpath(await temporaryFolder(t));
  const [main, linked] = [join(root, 'main'), join(root, 'linked')];
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd, stdio: 'pipe' });
  for (const folder of ['.agentdock', 'package/.agentdock', 'only/.agentdock']) {
    await mkdir(join(main, folder), { recursive: true });
    await writeFile(join(main, folder, 'agent.md'), 'Rules.');
  }
  git(root, 'init', '-q', main);
  git(main, 'add', '.');
  git(main, 'commit', '-q', '-m', 'all');
  git(main, ...more, 'worktree', 'add', '-q', linked);
  return { root, main, linked, git };
}

test('a linked worktree has the host of the main one, also below its root', async t => {
  const { main, linked } = await makeWorktrees(t);
  assert.equal(hostFolder(linked), main);
  assert.equal(hostFolder(join(linked, 'package')), join(main, 'package'));
  assert.equal(hostFolder(main), main);
  const found = findWorkspace(undefined, join(linked, 'package', '.agentdock'));
  assert.equal(found, join(linked, 'package'));
});

test('a linked worktree with paths relative to each other is one, too', async t => {
  const { main, linked } = await makeWorktrees(t, '-c', 'worktree.useRelativePaths=true');
  assert.equal(hostFolder(linked), main);
});

test('where the main worktree has no .agentdock in that place, the folder has its own host', async t => {
  const { main, linked } = await makeWorktrees(t);
  await rm(join(main, 'only'), { recursive: true });
  assert.equal(hostFolder(join(linked, 'only')), join(linked, 'only'));
});

test('a folder that only claims to be a worktree of a repository is none', async t => {
  const { root, main, linked } = await makeWorktrees(t);
  const copy = join(root, 'copy');
  await cp(linked, copy, { recursive: true });
  assert.equal(hostFolder(copy), copy);
  await writeFile(join(copy, '.git'), `gitdir: ${join(main, '.git')}\n`);
  assert.equal(hostFolder(copy), copy);
  await writeFile(join(copy, '.git'), 'gitdir: /nowhere\n');
  assert.equal(hostFolder(copy), copy);
  await writeFile(join(copy, '.git'), '');
  assert.equal(hostFolder(copy), copy);
});

test('a submodule, a bare repository’s worktree and a folder without git have their own host', async t => {
  const { root, main, git } = await makeWorktrees(t);
  const outer = join(root, 'outer');
  git(root, 'init', '-q', outer);
  git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', main, 'inner');
  assert.equal(hostFolder(join(outer, 'inner')), join(outer, 'inner'));
  git(root, 'clone', '-q', '--bare', main, join(root, 'bare.git'));
  git(join(root, 'bare.git'), 'worktree', 'add', '-q', join(root, 'tree'));
  assert.equal(hostFolder(join(root, 'tree')), join(root, 'tree'));
  const plain = await realpath(await temporaryFolder(t));
  assert.equal(hostFolder(plain), plain);
});
