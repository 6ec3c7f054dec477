import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readHostFile } from '../../src/client/hostFile.ts';
import { loadSettings } from '../../src/host/loadSettings.ts';
import { createLog } from '../../src/host/log.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';

const windows = process.platform === 'win32' && 'Windows has no such files';

async function makeFolders(t: TestContext) {
  const userFolder = await temporaryFolder(t);
  const workspace = await temporaryFolder(t);
  await mkdir(join(workspace, '.agentdock', 'state'), { recursive: true });
  return {
    userFolder,
    workspace,
    inDock: (...names: string[]) => join(workspace, '.agentdock', ...names),
    load: (fromWindow = {}) => loadSettings({ userFolder, workspace, fromWindow }),
    user: (text: string) => writeFile(join(userFolder, 'config.json'), text),
  };
}

test('without files the defaults count; the window counts over the person’s file', async t => {
  const { load, user } = await makeFolders(t);
  assert.deepEqual((await load()).problems, []);
  assert.equal((await load()).settings.max_running, 6);
  await user('{"max_running": 3, "idle_minutes": 1}');
  const { settings } = await load({ max_running: 4 });
  assert.deepEqual([settings.max_running, settings.idle_minutes], [4, 1]);
});

test('a value that does not fit takes no other one with it, and a misspelt name is not passed over in silence', async t => {
  const { load, user } = await makeFolders(t);
  await user('\uFEFF{"max_running": 1000, "codex_path": "/opt/codex", "max_runing": 2, "constructor": 1}');
  const { settings, problems } = await load();
  assert.deepEqual([settings.codex_path, settings.max_running], ['/opt/codex', 6]);
  assert.equal(problems.length, 3);
  assert.match(problems.join('\n'), /`max_running`.*\n.*`max_runing` is not used: there is no such setting/);
});

for (const text of ['[]', '42', 'null', '{', '']) {
  test(`a person’s file that holds ${JSON.stringify(text)} is reported, and the defaults count`, async t => {
    const { load, user } = await makeFolders(t);
    await user(text);
    const { settings, problems } = await load();
    assert.equal(problems.length, 1);
    assert.deepEqual([settings.max_running, settings.highest_permission_mode], [6, 'full']);
  });
}

for (const text of ['{"max_running": 0}', '{"codex_path": "/tmp/evil"}', '[]', 'no']) {
  test(`a workspace’s file that holds ${JSON.stringify(text)} allows the least`, async t => {
    const { load, inDock } = await makeFolders(t);
    await writeFile(inDock('config.json'), text);
    const { settings, problems } = await load({ default_permission_mode: 'full' });
    assert.deepEqual(
      [settings.highest_permission_mode, settings.default_permission_mode],
      ['read_only', 'read_only'],
    );
    assert.equal(problems.length, 1);
  });
}

test('links to what never ends, and pipes, hold up nobody', { skip: windows }, async t => {
  const { load, inDock, workspace } = await makeFolders(t);
  await symlink('/dev/zero', inDock('config.json'));
  await symlink('/dev/zero', inDock('state', 'host.json'));
  assert.equal((await load()).settings.highest_permission_mode, 'read_only');
  assert.equal(await readHostFile(workspace), undefined);
  const other = await makeFolders(t);
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', other.inDock('state', 'host.log')]);
  createLog(other.inDock('state', 'host.log'))('nobody reads this');
});

test('the log writes no further lines for a message, and follows no link', { skip: windows }, async t => {
  const folder = await temporaryFolder(t);
  const log = createLog(join(folder, 'host.log'));
  log('one\r\nforged \u001b[2J\u009b2J line');
  const text = await readFile(join(folder, 'host.log'), 'utf8');
  assert.match(text, /^\S+ one forged +\[2J +2J line\n$/);
  assert.equal((await stat(join(folder, 'host.log'))).mode & 0o777, 0o600);
  await writeFile(join(folder, 'profile'), 'mine');
  await symlink(join(folder, 'profile'), join(folder, 'linked.log'));
  createLog(join(folder, 'linked.log'))('not yours');
  assert.equal(await readFile(join(folder, 'profile'), 'utf8'), 'mine');
});
