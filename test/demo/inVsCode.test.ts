import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runInVsCode } from '../../scripts/demo/inVsCode.ts';
import { environmentEntry, processesWith } from '../host/processes.ts';
import { startDemo } from './demoProcess.ts';

const desktopWindow = join(import.meta.dirname, 'desktopWindow.sh');

/** `npm start` where a program stands in for the desktop's VS Code; `calls` gives how that was called. */
async function startInDesktop(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'dock-calls-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'calls');
  const demo = await startDemo(t, [], { AGENTDOCK_CODE_BIN: desktopWindow, CODE_CALLS: file, ...env });
  return { demo, calls: async () => (await readFile(file, 'utf8')).trim().split('\n') };
}

test('the desktop’s VS Code gets the VSIX and folders of the demo’s own; Ctrl+C ends all of it at once', async t => {
  const { demo, calls } = await startInDesktop(t);
  await demo.says(/codex +\w+: running/);
  demo.interrupt();
  assert.equal(await demo.ended, 130, demo.output());
  const [install, open, ...more] = await calls();
  const own = `--user-data-dir ${demo.temporary}/\\S+/data --extensions-dir ${demo.temporary}/\\S+/extensions`;
  assert.match(install ?? '', new RegExp(`^${own} --install-extension \\S+\\.vsix$`));
  assert.match(open ?? '', new RegExp(`^${own} --new-window --wait .*${demo.temporary}/\\S+/demo$`));
  assert.deepEqual(more, []);
  assert.deepEqual(await readdir(demo.temporary), []);
  assert.deepEqual(demo.left(), []);
});

test('without a desktop the demo’s code-server lets in only who has the address; Ctrl+C at the end is no failure', async t => {
  const demo = await startDemo(t, [], { AGENTDOCK_CODE_BIN: join(import.meta.dirname, 'no-such-code') });
  await demo.says(/Press Ctrl\+C/);
  const address = /^Open (http:\S+)$/m.exec(demo.output())?.[1] ?? '';
  const { origin, searchParams } = new URL(address);
  assert.match(searchParams.get('tkn') ?? '', /^[0-9a-f]{32}$/);
  assert.match(searchParams.get('folder') ?? '', /\/demo$/);
  assert.equal((await fetch(origin)).status, 403);
  const welcome = await fetch(address, { redirect: 'manual' });
  assert.equal(welcome.status, 302);
  const cookie = welcome.headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.match(await (await fetch(origin, { headers: { cookie } })).text(), /workbench/);
  demo.interrupt();
  assert.equal(await demo.ended, 0, demo.output());
  assert.deepEqual(await readdir(demo.temporary), []);
  assert.deepEqual(demo.left(), []);
});

test('a fleet that cannot begin closes the window and gives the reason', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-calls-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'calls');
  delete process.env['VSCODE_IPC_HOOK_CLI'];
  Object.assign(process.env, { AGENTDOCK_CODE_BIN: desktopWindow, CODE_CALLS: file });
  // Nobody starts a host from inside an agent.
  const demo = runInVsCode({ say: line => t.diagnostic(line), env: { CLAUDECODE: '1' } });
  await assert.rejects(demo, { code: 'permission_denied' });
  assert.match(await readFile(file, 'utf8'), /--install-extension/);
  assert.deepEqual(await processesWith(environmentEntry('CODE_CALLS', file)), []);
});
