import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import initSqlJs from 'sql.js';
import type { DockClient } from '../../src/client/dockClient.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Dock, type DockOptions, makeDock } from './harness.ts';
import { makeReadOnly, mountSmallDisk } from './mounts.ts';
import { isGone } from './processes.ts';
import { contentOf, indexed } from './stateFiles.ts';
import { atRest, historyOf, inState, resumeToEnd, script, spawnThread } from './turns.ts';

let models: ModelServer;
before(async () => {
  models = await startModelServer();
});
after(() => models.close());

/** A dock with one thread that has said `First.` */
async function dockWithThread(t: TestContext, options: DockOptions = {}) {
  const dock = await makeDock(t, { models, ...options });
  const client = await dock.connect();
  const thread = await spawnThread(client, { provider: 'codex', prompt: script('say First.') });
  assert.equal((await atRest(client, thread)).result, 'First.');
  return { dock, client, thread };
}

async function stop(dock: Dock, client: DockClient): Promise<void> {
  client.dispose();
  await dock.killHost('SIGTERM');
}

test('a read-only state folder is a typed error with the next step, nothing changes, and afterwards all is there', async t => {
  const { dock, client, thread } = await dockWithThread(t);
  await stop(dock, client);
  const content = await contentOf(dock.workspace);
  const mount = await makeReadOnly(t, dock.state());
  if ('why' in mount) return t.skip(mount.why);

  for (const args of [
    ['list', '--json'],
    ['spawn', 'codex', 'No.', '--json'],
    ['call', '{"tool":"list_threads"}'],
  ]) {
    const run = await dock.cli(args);
    assert.equal(run.code, 1, run.stdout);
    const { error } = run.json() as {
      error: { code: string; message: string; hint: string; retryable: boolean };
    };
    assert.deepEqual([error.code, error.retryable], ['storage_unavailable', true]);
    assert.match(error.hint, /writable|write access/);
  }
  assert.deepEqual(await contentOf(dock.workspace), content);
  await mount.writable();
  const again = await dock.connect();
  assert.equal(
    (await resumeToEnd(again, thread, script('recall'))).result?.startsWith('earlier prompts: 1;'),
    true,
  );
});

test('on a full disk calls are refused, the host lives and answers, and what was acknowledged stays', async t => {
  const disk = await mountSmallDisk(t, '6m');
  if ('why' in disk) return t.skip(disk.why);
  const { dock, client, thread } = await dockWithThread(t, {
    workspace: join(disk.folder, 'work'),
    settings: { max_running: 1 },
  });
  const running = await spawnThread(client, { provider: 'codex', prompt: script('gate disk', 'say Kept.') });
  await models.gates.arrival('disk');
  await inState(client, running, 'running');
  const waiting = await spawnThread(client, { provider: 'codex', prompt: script('say Waited.') });
  // A save under way would free the old image afterwards, and the refused calls would find room.
  await indexed(dock);
  await leaveRoom(dock.state('host.log'));
  await fill(join(disk.folder, 'filler'));

  const big = (length: number) => `${'x'.repeat(length)}${script('say Big.')}`;
  for (const length of [8_000, 200_000]) {
    const call = client.call('spawn_thread', { task_name: 'Big', provider: 'codex', prompt: big(length) });
    await assert.rejects(call, (error: { code: string; retryable: boolean; hint: string }) => {
      assert.deepEqual([error.code, error.retryable], ['storage_unavailable', true]);
      assert.match(error.hint, /Free some space/);
      return true;
    });
  }
  const { total } = await client.call('list_threads', {});
  assert.equal(total, 3, 'a refused call leaves no thread');
  assert.equal((await client.call('get_thread', { thread_id: thread })).thread.result, 'First.');
  // A turn that ends meanwhile is recorded once there is room.
  models.gates.open('disk');
  await waitFor('the host to hear of the end', async () => {
    // What was left of the journal's last page may have been enough for it.
    if (client.threads.get(running)?.state === 'completed') return true;
    return (await readFile(dock.state('host.log'), 'utf8')).includes(`the end of a turn of ${running}`);
  });
  await rm(join(disk.folder, 'filler'));
  assert.equal((await atRest(client, running)).result, 'Kept.');
  assert.equal((await atRest(client, waiting)).result, 'Waited.');
  const later = await spawnThread(client, { provider: 'codex', prompt: big(8_000) });
  assert.equal((await atRest(client, later)).result, 'Big.');

  await stop(dock, client);
  const again = await dock.connect();
  assert.equal((await again.call('list_threads', {})).total, 4);
  assert.equal((await again.call('get_thread', { thread_id: running })).thread.result, 'Kept.');
});

test('a corrupt history file loses nothing but its bad lines, is reported, and the thread resumes', async t => {
  const { dock, client, thread } = await dockWithThread(t);
  const sound = await historyOf(client, thread);
  await stop(dock, client);
  const file = dock.state('history', `${thread}.jsonl`);
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const damaged = lines.map((line, index) => (index === 1 ? '{"seq":2,' : index === 3 ? '\0\0\0\0' : line));
  await writeFile(file, `not json at all\n${damaged.join('\n')}\n{"seq":99`);

  const again = await dock.connect();
  const events = await historyOf(again, thread);
  const states = (list: typeof events) =>
    list.filter(({ gseq }) => gseq !== undefined).map(({ seq, type }) => [seq, type]);
  assert.deepEqual(states(events), states(sound), 'changes of state come back from the journal');
  assert.ok(JSON.stringify(events).includes('First.'));
  const resumed = await resumeToEnd(again, thread, script('say Second.'));
  assert.equal(resumed.result, 'Second.', JSON.stringify(resumed.error));
  assert.match((await again.status()).damage.join('\n'), /history/i);
});

for (const inTheWay of ['a folder', 'a link']) {
  test(`${inTheWay} in the place of a history is put aside, and its thread resumes`, async t => {
    const { dock, client, thread } = await dockWithThread(t);
    await stop(dock, client);
    const file = dock.state('history', `${thread}.jsonl`);
    const elsewhere = join(dock.workspace, 'elsewhere.txt');
    await writeFile(elsewhere, 'Mine.');
    await rm(file);
    await (inTheWay === 'a folder' ? mkdir(file) : symlink(elsewhere, file));
    const again = await dock.connect();
    const events = await historyOf(again, thread);
    assert.ok(
      events.some(({ type }) => type === 'turn.ended'),
      'changes of state come back from the journal',
    );
    const resumed = await resumeToEnd(again, thread, script('say Second.'));
    assert.equal(resumed.result, 'Second.', JSON.stringify(resumed.error));
    assert.match((await again.status()).damage.join('\n'), /in the place of a history/);
    assert.equal(await readFile(elsewhere, 'utf8'), 'Mine.');
  });
}

test('a database of a newer version opens for reading only, and stays as it is', async t => {
  const { dock, client, thread } = await dockWithThread(t);
  await stop(dock, client);
  const { Database } = await initSqlJs();
  const database = new Database(await readFile(dock.state('agentdock.db')));
  database.run('PRAGMA user_version = 99');
  const newer = database.export();
  database.close();
  await writeFile(dock.state('agentdock.db'), newer);
  // A history that lacks its end is not completed either.
  const history = dock.state('history', `${thread}.jsonl`);
  await truncate(history, (await stat(history)).size >> 1);
  const content = await contentOf(dock.workspace);

  const again = await dock.connect();
  const refused = { code: 'version_mismatch', retryable: false };
  const prompt = script('say No.');
  const spawn = { task_name: 'No', provider: 'codex', prompt } as const;
  await assert.rejects(again.call('spawn_thread', spawn), refused);
  await assert.rejects(
    again.call('resume_thread', { thread_id: thread, additional_prompt: prompt }),
    refused,
  );
  const status = await again.status();
  assert.equal(status.read_only?.code, 'version_mismatch');
  assert.match(status.read_only?.hint ?? '', /Update AgentDock/);
  assert.equal((await again.call('get_thread', { thread_id: thread })).thread.result, 'First.');
  assert.equal((await historyOf(again, thread)).at(-1)?.type, 'turn.ended');
  await stop(dock, again);
  assert.deepEqual(await contentOf(dock.workspace), content);
});

test('a damaged database is kept aside and made again from the journal', async t => {
  const { dock, client, thread } = await dockWithThread(t);
  await stop(dock, client);
  await writeFile(dock.state('agentdock.db'), 'SQLite format 3\0 not really');
  const again = await dock.connect();
  assert.equal((await again.call('get_thread', { thread_id: thread })).thread.result, 'First.');
  assert.match((await again.status()).damage.join('\n'), /index/i);
  assert.ok((await readdir(dock.state())).some(name => /agentdock\.db.*bad/.test(name)));
});

test('state that came with a clone starts nothing and is called foreign', async t => {
  const origin = await makeDock(t, { models, settings: { max_running: 1 } });
  const client = await origin.connect();
  await spawnThread(client, { provider: 'codex', prompt: script('gate clone', 'say Held.') });
  await spawnThread(client, { provider: 'codex', prompt: script('shell touch cloned.txt', 'say Queued.') });
  await models.gates.arrival('clone');
  client.dispose();
  await origin.killHost('SIGKILL');

  const other = await makeDock(t, { models });
  await rm(join(other.workspace, '.agentdock'), { recursive: true });
  await cp(join(origin.workspace, '.agentdock'), join(other.workspace, '.agentdock'), { recursive: true });
  // The lock of a dead host on the same machine and the endpoint came along.
  models.clearRequests();
  const person = await other.connect();
  assert.equal((await person.call('list_threads', {})).total, 0);
  assert.match((await person.status()).damage.join('\n'), /foreign|not written/i);
  const own = await spawnThread(person, { provider: 'codex', prompt: script('say Own.') });
  assert.equal((await atRest(person, own)).result, 'Own.');
  assert.deepEqual(
    models.requests().filter(({ userTurns }) => userTurns.some(turn => turn.includes('Queued'))),
    [],
  );
  models.gates.open('clone');
});

test('a state folder that is removed under a living host comes back, and no second host takes its place', async t => {
  const { dock, client, thread } = await dockWithThread(t);
  const pid = await dock.hostPid();
  await rm(dock.state(), { recursive: true, maxRetries: 5 });
  const list = await dock.cli(['list', '--json']);
  assert.partialDeepStrictEqual(list.json(), { ok: true, result: { total: 1 } });
  await waitFor('the host that came for nothing to end', async () => (await dock.hostPids()).length === 1);
  assert.deepEqual(await dock.hostPids(), [pid]);

  await rm(dock.state(), { recursive: true, maxRetries: 5 });
  const spawn = () => spawnThread(client, { provider: 'codex', prompt: script('say Later.') });
  // The first call may be refused while the state is written again; a repeat is taken.
  const later = await spawn().catch((error: { code: string; retryable: boolean }) => {
    assert.deepEqual([error.code, error.retryable], ['storage_unavailable', true]);
    return spawn();
  });
  assert.equal((await atRest(client, later)).result, 'Later.');
  await stop(dock, client);
  const again = await dock.connect();
  const { threads } = await again.call('list_threads', {});
  assert.deepEqual(threads.map(({ thread_id }) => thread_id).sort(), [thread, later].sort());
});

test('a host that can write nothing any more answers while something runs, and ends afterwards when it is asked to', async t => {
  const dock = await makeDock(t, { models });
  const client = await dock.connect();
  const pid = await dock.hostPid();
  const running = await spawnThread(client, {
    provider: 'command',
    prompt: 'until test -e go-on; do sleep 0.05; done',
  });
  await inState(client, running, 'running');
  await rename(dock.state(), `${dock.state()}-elsewhere`);
  // A link there would have the state written somewhere else.
  await symlink(await mkdtemp(join(dock.workspace, 'empty-')), dock.state());
  const refused = { code: 'storage_unavailable', retryable: false };
  await assert.rejects(spawnThread(client, { provider: 'command', prompt: 'true' }), refused);
  assert.equal((await client.status()).read_only?.code, 'storage_unavailable');
  assert.equal(await client.stop({ whenIdle: true }), false);
  assert.equal((await client.call('list_threads', {})).total, 1);
  await writeFile(join(dock.workspace, 'go-on'), '');
  await waitFor('the host to end', () => isGone(pid), { timeoutMs: 20_000 });
});

test('a host whose workspace has moved away ends and leaves the folder alone', async t => {
  const { dock, client } = await dockWithThread(t);
  const pid = await dock.hostPid();
  const moved = `${dock.workspace}-moved`;
  t.after(() => rm(moved, { recursive: true, force: true }));
  await rename(dock.workspace, moved);
  client.dispose();
  await waitFor('the host to end', () => isGone(pid));
  assert.equal(existsSync(dock.workspace), false);
  const { threads } = JSON.parse(
    (await dock.cli(['list', '--json', '--workspace', moved], { cwd: moved })).stdout,
  ).result;
  assert.deepEqual([threads.length, threads[0].state], [1, 'completed']);
});

/** Lets a file begin a new page, which its next lines have for themselves when the disk is full. */
async function leaveRoom(file: string): Promise<void> {
  const page = 4096;
  const { size } = await stat(file);
  await appendFile(file, '\n'.repeat(page - (size % page) + 1));
}

/** Writes until the disk takes no more byte. */
async function fill(file: string): Promise<void> {
  for (const size of [1024 * 1024, 64 * 1024, 4096, 1]) {
    for (;;) {
      const done = await writeFile(file, Buffer.alloc(size, 'x'), { flag: 'a' }).then(
        () => true,
        () => false,
      );
      if (!done) break;
    }
  }
}
