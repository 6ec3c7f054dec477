import assert from 'node:assert/strict';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { changedPaths, lookAtGit } from '../../src/host/gitSnapshot.ts';
import { trackedRequests } from '../../src/tools/dropFolder/trackedRequests.ts';
import { makeRepository, makeTraps, setVariables } from './trappedRepository.ts';

/** All that we ask git. */
async function look(workspace: string) {
  const before = await lookAtGit(workspace);
  return { tracked: await trackedRequests(workspace), changed: await changedPaths(before, workspace) };
}

/** Each test first has git itself spring the traps: one that would never go off shows nothing. */
const fails = () => undefined;

/** Git may give up with the last one, which is to go on running and does not. */
const drivers = ['x', 'y', '', 'z'];

test('no filter of the files is run, also under a name that is none or where it is required', async t => {
  const { repository, trap, takeSprung } = await makeTraps(t);
  for (const name of drivers) {
    const key = name === 'z' ? 'process' : 'clean';
    await repository.set(`filter.${name}.${key}`, await trap(`filter-${name}`));
    await repository.write(`${name}.txt`, 'one');
  }
  await repository.git('add', '.');
  const lines = drivers.map(name => `${name}.txt filter=${name}\n`);
  await repository.write('.gitattributes', lines.join(''));
  for (const name of drivers) await repository.write(`${name}.txt`, 'two');
  await repository.git('status').catch(fails);
  assert.deepEqual(await takeSprung(), drivers.map(name => `filter-${name}`).sort());
  await repository.set('filter.y.required', 'true');

  const before = await lookAtGit(repository.folder);
  assert.deepEqual([...(before?.changed.keys() ?? [])].sort(), [
    '.gitattributes',
    ...drivers.map(name => `${name}.txt`).sort(),
  ]);
  await repository.write('x.txt', 'three');
  assert.deepEqual(await changedPaths(before, repository.folder), ['x.txt']);
  assert.equal((await trackedRequests(repository.folder)).kind, 'known');
  assert.deepEqual(await takeSprung(), []);
});

test('where a filter has a name that no command line can hold, git is not asked about files', async t => {
  const { repository, trap, takeSprung } = await makeTraps(t);
  await repository.set('filter.a=b.clean', await trap('filter'));
  await repository.write('.gitattributes', '*.txt filter=a=b\n');
  await repository.write('one.txt', 'two');
  await repository.git('status');
  assert.deepEqual(await takeSprung(), ['filter']);

  assert.equal(await lookAtGit(repository.folder), undefined);
  assert.deepEqual(await takeSprung(), []);
});

test('filters of an included file and of one work tree are not run either', async t => {
  const { root, repository, trap, takeSprung } = await makeTraps(t);
  await repository.set('include.path', join(root, 'included'));
  await repository.git('config', '-f', join(root, 'included'), 'filter.i.clean', await trap('included'));
  await repository.set('extensions.worktreeConfig', 'true');
  await repository.git('config', '--worktree', 'filter.w.clean', await trap('worktree'));
  await repository.write('.gitattributes', 'one.txt filter=i\ntwo.txt filter=w\n');
  await repository.write('one.txt', 'two');
  await repository.write('two.txt', 'two');
  await repository.git('status');
  assert.deepEqual(await takeSprung(), ['included', 'worktree']);

  await look(repository.folder);
  assert.deepEqual(await takeSprung(), []);
});

test('no hook, no file system monitor and no other program of the configuration is run', async t => {
  const { repository, trap, takeSprung } = await makeTraps(t);
  const { folder } = repository;
  await trap('hook', join(folder, '.git', 'hooks', 'post-index-change'));
  await repository.set('core.fsmonitor', await trap('fsmonitor'));
  for (const name of ['core.pager', 'pager.status', 'diff.external', 'diff.d.command', 'diff.d.textconv']) {
    await repository.set(name, await trap(name));
  }
  await repository.write('.gitattributes', '*.txt diff=d\n');
  await repository.write('two.txt', 'two');
  await repository.git('commit', '-q', '-a', '-m', 'second').catch(fails);
  await repository.git('diff', 'HEAD~1', 'HEAD').catch(fails);
  await repository.git('status').catch(fails);
  assert.deepEqual(await takeSprung(), ['diff.d.command', 'fsmonitor', 'hook']);

  const before = await lookAtGit(folder);
  await repository.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '--allow-empty', '-m', 'third');
  await repository.write('one.txt', 'two');
  await repository.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-a', '-m', 'fourth');
  await takeSprung();
  assert.deepEqual(await changedPaths(before, folder), ['one.txt']);
  assert.equal((await trackedRequests(folder)).kind, 'known');
  assert.deepEqual(await takeSprung(), []);
});

test('nothing of a submodule’s configuration is run, and its files are seen', async t => {
  const { root, repository, trap, takeSprung } = await makeTraps(t);
  const origin = await makeRepository(join(root, 'origin'));
  await origin.write('file.txt', 'one');
  await origin.git('add', '.');
  await origin.git('commit', '-q', '-m', 'first');
  await repository.git('submodule', '--quiet', 'add', origin.folder, 'lib/sub');
  await repository.git('commit', '-q', '-m', 'second');
  const sub = await makeRepository(join(repository.folder, 'lib', 'sub'));
  await sub.set('filter.s.clean', await trap('filter'));
  await sub.set('core.fsmonitor', await trap('fsmonitor'));
  await sub.write('.gitattributes', '*.txt filter=s\n');
  await sub.write('file.txt', 'two');
  await repository.git('status').catch(fails);
  assert.deepEqual(await takeSprung(), ['filter', 'fsmonitor']);

  const before = await lookAtGit(repository.folder);
  await sub.write('file.txt', 'three');
  await sub.write('new.txt', 'one');
  assert.deepEqual(await changedPaths(before, repository.folder), ['lib/sub/file.txt', 'lib/sub/new.txt']);
  assert.equal((await trackedRequests(repository.folder)).kind, 'known');
  assert.deepEqual(await takeSprung(), []);
});

test('what a repository calls its submodules is looked at only where it lies in the workspace', async t => {
  const { root, repository } = await makeTraps(t);
  const { folder } = repository;
  await makeRepository(join(root, 'other'));
  await makeRepository(join(folder, 'real'));
  await mkdir(join(folder, 'plain', '.git'), { recursive: true });
  await symlink(join(root, 'other'), join(folder, 'link'));
  for (const path of [
    '.',
    '',
    '..',
    '../other',
    'link',
    join(root, 'other'),
    'plain',
    'gone',
    'real',
    'real/',
  ]) {
    await repository.git('config', '-f', join(folder, '.gitmodules'), '--add', 'submodule.x.path', path);
  }
  const seen = await lookAtGit(folder);
  assert.deepEqual([...(seen?.submodules.keys() ?? [])], ['real']);
});

for (const way of ['ext', 'ssh', 'file'] as const) {
  test(`what is missing in a partial clone is not fetched (${way})`, async t => {
    const { root, repository, trap, takeSprung } = await makeTraps(t);
    const { folder } = repository;
    const before = await lookAtGit(folder);
    await repository.write('one.txt', 'two');
    await repository.git('commit', '-q', '-a', '-m', 'second');
    const tree = await repository.git('rev-parse', 'HEAD~1^{tree}');
    await rm(join(folder, '.git', 'objects', tree.slice(0, 2), tree.slice(2)));
    await repository.set('core.repositoryformatversion', '1');
    await repository.set('extensions.partialClone', 'origin');
    await repository.set('remote.origin.promisor', 'true');
    await repository.set('protocol.allow', 'always');
    await repository.set('core.sshCommand', await trap('ssh'));
    await repository.set('remote.origin.uploadpack', await trap('file'));
    const url = {
      ext: `ext::${await trap('ext')}`,
      ssh: 'ssh://example.org/x',
      file: join(root, 'workspace'),
    };
    await repository.set('remote.origin.url', url[way]);
    await repository.git('diff-tree', '-r', 'HEAD~1', 'HEAD').catch(fails);
    assert.deepEqual(await takeSprung(), [way]);

    assert.deepEqual(await changedPaths(before, folder), []);
    await look(folder);
    assert.deepEqual(await takeSprung(), []);
  });
}

test('the environment leads to no other repository and sets nothing', async t => {
  const { root, repository, trap, takeSprung } = await makeTraps(t);
  const other = await makeRepository(join(root, 'other'));
  await other.write('other.txt', 'one');
  await repository.write('one.txt', 'two');
  await repository.write('.gitattributes', '*.txt filter=e\n');
  setVariables(t, {
    GIT_DIR: join(other.folder, '.git'),
    GIT_WORK_TREE: other.folder,
    GIT_INDEX_FILE: join(root, 'index'),
    GIT_EXEC_PATH: join(root, 'nowhere'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'filter.e.clean',
    GIT_CONFIG_VALUE_0: await trap('filter'),
    GIT_TRACE: join(root, 'trace'),
  });
  const seen = await lookAtGit(repository.folder);
  assert.deepEqual([...(seen?.changed.keys() ?? [])].sort(), ['.gitattributes', 'one.txt']);
  assert.deepEqual(await trackedRequests(repository.folder), {
    kind: 'known',
    names: new Set(['one.txt', 'two.txt', '']),
  });
  assert.deepEqual(await takeSprung(), []);
});

test('a program of the repository is not taken for git', async t => {
  const { repository, trap, takeSprung } = await makeTraps(t);
  await trap('git', join(repository.folder, 'git'));
  setVariables(t, { PATH: ['.', '', process.env['PATH']].join(delimiter) });
  inFolder(t, repository.folder);
  await repository.git('status').catch(fails);
  assert.deepEqual(await takeSprung(), ['git']);

  assert.deepEqual((await look(repository.folder)).changed, []);
  assert.deepEqual(await takeSprung(), []);
});

function inFolder(t: TestContext, folder: string): void {
  const before = process.cwd();
  t.after(() => process.chdir(before));
  process.chdir(folder);
}
