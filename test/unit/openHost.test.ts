import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from '../../src/client/connect.ts';
import { readHostFile } from '../../src/client/hostFile.ts';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { type Host, openHost } from '../../src/host/host.ts';
import { projectRoot } from '../rigs/projectRoot.ts';
import { temporaryFolder } from '../store/temporaryFolder.ts';
import { waitFor } from '../support/waitFor.ts';

async function makeWorkspace(t: TestContext) {
  const hosts: Host[] = [];
  // Before the folders go: a living host brings back what is removed from under it.
  t.after(() => Promise.all(hosts.map(host => host.close('the test is over'))));
  const workspace = join(await realpath(await temporaryFolder(t)), 'work');
  await mkdir(workspace);
  await initWorkspace(workspace);
  const home = await temporaryFolder(t);
  const open = async () => {
    const host = await openHost({
      workspace,
      version: '0',
      distDir: join(projectRoot, 'node_modules', 'sql.js', 'dist'),
      environment: { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home },
      fromWindow: {},
    });
    hosts.push(host);
    return host;
  };
  return { workspace, state: join(workspace, '.agentdock', 'state'), open };
}

test('a host that ends takes its lock, endpoint and socket with it, and tells its clients that it wants to', async t => {
  const { workspace, state, open } = await makeWorkspace(t);
  const host = await open();
  const file = await readHostFile(workspace);
  const client = connect({ workspace, kind: 'cli', version: '0' });
  t.after(() => client.dispose());
  await waitFor('the client', () => client.state.kind === 'connected');
  assert.equal((await client.status()).settings?.max_running, 6);
  await Promise.all([host.close('a test'), host.close('a test')]);
  await host.closed;
  assert.deepEqual(
    (await readdir(state)).filter(name => name === 'lock' || name === 'host.json'),
    [],
  );
  assert.deepEqual((await readdir(join(file?.endpoint ?? '', '..'))).includes(file?.endpoint ?? ''), false);
  await waitFor('the client to be offline', () => client.state.kind === 'offline');
  assert.match(client.state.kind === 'offline' ? client.state.error.message : '', /was stopped/);
});

test('what a killed host left in the temporary folder goes when the next one starts', async t => {
  const { open } = await makeWorkspace(t);
  const folders = async () => (await readdir(tmpdir())).filter(name => /^agentdock-[0-9a-f]{12}-/.test(name));
  const before = new Set(await folders());
  const host = await open();
  const own = (await folders()).find(name => !before.has(name)) ?? '';
  const left = join(tmpdir(), `${own.slice(0, -6)}killed`);
  await mkdir(join(left, 'bin'), { recursive: true });
  await host.close('a test');
  await open();
  assert.equal(existsSync(left), false);
  assert.equal(existsSync(join(tmpdir(), own)), false);
});

test('a host that cannot say where it listens gives the folder up again', async t => {
  const { state, open } = await makeWorkspace(t);
  await mkdir(join(state, 'host.json', 'in the way'), { recursive: true, mode: 0o700 });
  await assert.rejects(open());
  assert.equal((await readdir(state)).includes('lock'), false);
});

test('a host whose folder was moved ends', async t => {
  const { workspace, open } = await makeWorkspace(t);
  const host = await open();
  await rename(workspace, `${workspace}-elsewhere`);
  await host.closed;
});

for (const [what, damage] of Object.entries({
  'an empty object': () => '{}',
  'no JSON': () => 'no',
  'another key': (text: string) => JSON.stringify({ ...JSON.parse(text), key: '00'.repeat(32) }),
  'another endpoint': (text: string) => JSON.stringify({ ...JSON.parse(text), endpoint: '/nowhere.sock' }),
  'the number of another process': (text: string) => JSON.stringify({ ...JSON.parse(text), pid: 1 }),
})) {
  test(`an endpoint file that was changed to ${what} is written again`, async t => {
    const { workspace, state, open } = await makeWorkspace(t);
    await open();
    const file = join(state, 'host.json');
    const right = await readFile(file, 'utf8');
    await writeFile(file, damage(right));
    await waitFor('the endpoint to be back', async () => (await readFile(file, 'utf8')) === right);
    const client = connect({ workspace, kind: 'cli', version: '0' });
    t.after(() => client.dispose());
    await waitFor('the client', () => client.state.kind === 'connected');
  });
}

test('an endpoint file that cannot be written again is said once, and comes back when it can', async t => {
  const { state, open } = await makeWorkspace(t);
  await open();
  const file = join(state, 'host.json');
  const right = await readFile(file, 'utf8');
  const replace = () =>
    rm(file, { force: true }).then(() => mkdir(join(file, 'in the way'), { recursive: true }));
  await waitFor('the folder in its way', () => replace().catch(() => undefined));
  const log = () => readFile(join(state, 'host.log'), 'utf8');
  await waitFor('the failure', async () => /the endpoint file: E/.test(await log()));
  await rm(file, { recursive: true });
  await waitFor(
    'the endpoint to be back',
    async () => (await readFile(file, 'utf8').catch(() => '')) === right,
  );
  assert.equal((await log()).match(/removed or changed/g)?.length, 1);
});

test('a host whose folder another host has taken ends, and leaves that one its lock', async t => {
  const { state, open } = await makeWorkspace(t);
  const host = await open();
  const lock = join(state, 'lock');
  const theirs = { ...JSON.parse(await readFile(lock, 'utf8')), nonce: 'somebody-elses-nonce' };
  await writeFile(lock, JSON.stringify(theirs));
  await host.closed;
  assert.deepEqual(JSON.parse(await readFile(lock, 'utf8')), theirs);
});

test('a lock that was removed from under a host is back soon', async t => {
  const { state, open } = await makeWorkspace(t);
  await open();
  const lock = join(state, 'lock');
  const ours = await readFile(lock, 'utf8');
  await rm(lock);
  await waitFor('the lock', async () => (await readFile(lock, 'utf8').catch(() => '')) === ours);
});

test('damage in the state, and that nothing can be written any more, reach the log and every client', async t => {
  const { workspace, state, open } = await makeWorkspace(t);
  await (await open()).close('a test');
  const [segment = ''] = await readdir(join(state, 'journal'));
  const foreign = '{"type":"host.started","mac":"none"}\n';
  await writeFile(join(state, 'journal', segment), foreign, { flag: 'a' });
  await open();
  const log = () => readFile(join(state, 'host.log'), 'utf8');
  assert.match(await log(), /journal\/\d+\.jsonl: A line was not written/);
  const client = connect({ workspace, kind: 'cli', version: '0' });
  t.after(() => client.dispose());
  const first = await waitFor('what was found at the start', () => client.trouble);
  assert.equal(first.read_only, undefined);
  assert.match(first.damage.join(), /journal\/\d+\.jsonl: A line was not written/);

  await rm(join(state, 'journal'), { recursive: true });
  await rm(join(state, 'host.json'));
  await waitFor('what was found later', () => (client.trouble?.damage.length ?? 0) > first.damage.length);
  assert.match(client.trouble?.damage.join() ?? '', /changed from outside/);
  assert.match(await log(), /changed from outside/);

  await rename(state, `${state}-elsewhere`);
  // A link there would have the state written somewhere else.
  await symlink(await temporaryFolder(t), state);
  await waitFor('the end of all changes', () => client.trouble?.read_only?.code === 'storage_unavailable');
});

test('a host with a sound state says of no trouble', async t => {
  const { workspace, open } = await makeWorkspace(t);
  await open();
  const client = connect({ workspace, kind: 'cli', version: '0' });
  t.after(() => client.dispose());
  await waitFor('the client', () => client.state.kind === 'connected');
  await client.status();
  assert.equal(client.trouble, undefined);
});
