import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { cliScript, runInTerminal } from './dockCli.ts';
import { dropsOf } from './drops.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { atRest, historyOf, script } from './turns.ts';

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
  await dock.startHost();
});

const spawnCall = (task_name: string, prompt: string, more: object = {}) => ({
  tool: 'spawn_thread',
  args: { task_name, provider: 'codex', prompt, ...more },
});

function threadIn(reply: object): string {
  return /"thread_id":"([^"]+)"/.exec(JSON.stringify(reply))?.[1] ?? assert.fail(JSON.stringify(reply));
}

test('a request starts a worker that works, and what it did is read by another request', async () => {
  const { drop, result } = dropsOf(dock);
  await drop('start', spawnCall('Dropped', script('say From the drop folder.')));
  const id = threadIn(await result('start'));
  const client = await dock.connect();
  assert.equal((await atRest(client, id)).state, 'completed');
  await drop('read', { tool: 'read_thread', args: { thread_id: id, view: 'result' } });
  assert.partialDeepStrictEqual(await result('read'), {
    ok: true,
    result: { result: 'From the drop folder.' },
  });
});

test('requests that a host took with it by kill -9 are answered by the next one, each once', async t => {
  const own = await makeDock(t, { models: dock.models, settings: { codex_path: '/nowhere/codex' } });
  const { drop, result } = dropsOf(own);
  await own.startHost();
  const names = Array.from({ length: 60 }, (_, index) => `killed-${index}`);
  await Promise.all(names.map(name => drop(name, spawnCall(name, 'Go.'))));
  // Some are answered by then, some taken, some lie there.
  await waitFor('the first claims', async () => (await readdir(own.state('drops'))).length > 1);
  await own.killHost('SIGKILL');
  await own.startHost();
  const ids = new Set<string>();
  for (const name of names) ids.add(threadIn(await result(name)));
  const client = await own.connect();
  const { threads } = await client.call('list_threads', { limit: 1000 });
  assert.deepEqual(threads.map(({ task_name }) => task_name).sort(), [...names].sort());
  assert.equal(ids.size, names.length);
  await waitFor('nothing to be left', async () => (await readdir(own.state('drops'))).join() === 'known');
});

test('a workspace’s config.json narrows what a request may ask for', async t => {
  const own = await makeDock(t, { models: dock.models, workspaceConfig: { drop_folder: 'read' } });
  const { drop, result } = dropsOf(own);
  await own.startHost();
  await drop('look', { tool: 'list_threads' });
  await drop('start', spawnCall('No', 'Go.'));
  assert.partialDeepStrictEqual(await result('look'), { ok: true });
  assert.partialDeepStrictEqual(await result('start'), { ok: false, error: { code: 'permission_denied' } });
  assert.match((await own.cli(['host', 'status'])).stdout, /requests\/ may read/);
});

test('manage_threads.sh uses the agentdock command of a person’s terminal', async () => {
  const skill = join(dock.workspace, '.agentdock', 'skills', 'manage_threads.sh');
  const bin = join(dock.workspace, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'agentdock'), `#!/bin/sh\nexec '${process.execPath}' '${cliScript}' "$@"\n`, {
    mode: 0o755,
  });
  const env = { ...dock.env, PATH: `${bin}:${dock.env['PATH']}` };
  // Over the drop folder no request may ask for that much.
  const run = await runInTerminal(
    ['sh', skill, 'spawn', 'codex', script('say By command.'), '--mode', 'full'],
    { env, cwd: '/' },
  );
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const waited = await runInTerminal(['sh', skill, 'wait', threadIn(JSON.parse(run.stdout))], {
    env,
    cwd: '/',
  });
  assert.equal(waited.code, 0, waited.stdout);
});

test('manage_threads.sh works in the sandbox of Codex, over the drop folder', async () => {
  const client = await dock.connect();
  const { thread_id } = await client.call('spawn_thread', {
    task_name: 'Sandboxed',
    provider: 'codex',
    permission_mode: 'edit',
    prompt: script(
      'shell sh .agentdock/skills/manage_threads.sh spawn codex "Just say so." --name "From the sandbox"',
      'say Done.',
    ),
  });
  assert.equal((await atRest(client, thread_id)).state, 'completed');
  const ended = (await historyOf(client, thread_id)).find(({ type }) => type === 'tool.ended');
  assert.match(JSON.stringify(ended), /\\"ok\\":true/);
  const { threads } = await client.call('list_threads', {});
  assert.ok(threads.some(({ task_name }) => task_name === 'From the sandbox'));
});
