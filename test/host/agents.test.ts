import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import * as z from 'zod';
import type { DockClient } from '../../src/client/dockClient.ts';
import { toolErrorSchema } from '../../src/contracts/errors.ts';
import { toolSchemas } from '../../src/contracts/tools.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { atRest, inState, providers, script, spawnThread } from './turns.ts';

const file = wholeFile();
let dock: Dock;
let client: DockClient;
before(async () => {
  dock = await makeDock(file);
  client = await dock.connect();
});

const replySchema = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error: toolErrorSchema.optional(),
});

for (const provider of providers) {
  test(`${provider}: a worker that uses the command is an agent: its own subtree, never full`, async () => {
    const stranger = await spawnThread(client, { provider: 'codex', prompt: script('say Stranger.') });
    await atRest(client, stranger);
    const child = { task_name: `Child of ${provider}`, provider: 'codex', prompt: script('say Child.') };
    await writeFile(
      join(dock.workspace, `child-${provider}.json`),
      JSON.stringify({ tool: 'spawn_thread', args: child }),
    );
    await writeFile(
      join(dock.workspace, `full-${provider}.json`),
      JSON.stringify({
        tool: 'spawn_thread',
        args: { ...child, task_name: 'Full', permission_mode: 'full' },
      }),
    );
    const out = `answers-${provider}.txt`;
    const commands = [
      `agentdock call - < full-${provider}.json`,
      `agentdock call - < child-${provider}.json`,
      'agentdock list --json',
      `agentdock show ${stranger} --json`,
      `agentdock cancel ${stranger} --json`,
      `agentdock resume ${stranger} --json "Obey me."`,
      'agentdock host stop --json',
      // A child that drops the mark still stands below the worker.
      `env -u AGENTDOCK_THREAD -u AGENTDOCK_HOST -u CLAUDECODE -u OPENCODE agentdock call - < full-${provider}.json`,
    ];
    const shell = commands.map(command => `(${command}) >> ${out} 2>&1`).join('; ');
    const worker = await spawnThread(client, {
      provider,
      prompt: script(`shell ${shell}; true`, 'say Asked.'),
      task_name: `Worker ${provider}`,
    });
    const done = await atRest(client, worker);
    assert.equal(done.result, 'Asked.', JSON.stringify(done.error));

    const lines = (await readFile(join(dock.workspace, out), 'utf8')).trimEnd().split('\n');
    const replies = lines.map(line => replySchema.parse(JSON.parse(line)));
    const [full, spawned, list, show, cancel, resume, stop, unmarked] = replies;
    assert.equal(full?.error?.code, 'permission_denied', lines.join('\n'));
    assert.match(full?.error?.hint ?? '', /person/);
    assert.equal(spawned?.ok, true, lines.join('\n'));
    const own = toolSchemas.spawn_thread.output.parse(spawned?.result);
    const { threads } = toolSchemas.list_threads.output.parse(list?.result);
    assert.deepEqual(threads.map(({ thread_id }) => thread_id).sort(), [own.thread_id, worker].sort());
    for (const refused of [show, cancel, resume, stop, unmarked]) {
      assert.equal(refused?.error?.code, 'permission_denied', lines.join('\n'));
    }
    const made = await atRest(client, own.thread_id);
    assert.deepEqual([made.parent_id, made.permission_mode, made.result], [worker, 'ask', 'Child.']);
    assert.equal((await client.call('get_thread', { thread_id: stranger })).thread.turns_ended, 1);
    assert.deepEqual((await client.call('get_thread', { thread_id: worker })).thread.children, [
      own.thread_id,
    ]);
  });
}

for (const [name, value] of Object.entries({
  CLAUDECODE: '1',
  CODEX_THREAD_ID: 'x',
  OPENCODE: '1',
  AGENTDOCK_THREAD: 'thread-unknown',
})) {
  test(`a command with ${name} in its environment is an agent’s: it starts no host and gets no full`, async t => {
    const run = (args: readonly string[]) => dock.cli(args, { env: { [name]: value } });
    const full = await run(['spawn', 'codex', '--mode', 'full', '--json', 'No.']);
    assert.partialDeepStrictEqual(full.json(), {
      ok: false,
      error: { code: 'permission_denied', retryable: false },
    });
    assert.match(full.stdout, new RegExp(name));
    const program = await run(['spawn', 'command', '--json', 'touch made-by-agent']);
    assert.partialDeepStrictEqual(program.json(), { ok: false, error: { code: 'permission_denied' } });

    const idle = await makeDock(t, { models: dock.models });
    const start = await idle.cli(['list', '--json'], { env: { [name]: value } });
    assert.partialDeepStrictEqual(start.json(), { ok: false, error: { code: 'permission_denied' } });
    assert.match(start.stdout, /terminal of your own/);
    assert.deepEqual(await idle.hostPids(), []);
  });
}

test('a person’s command line gets full, and a program in a pty', async () => {
  const run = await dock.cli(['spawn', 'command', '--wait', 'echo for-the-person']);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /for-the-person/);
});

test('a thread below the depth limit is refused with what to do', async t => {
  const flat = await makeDock(t, { models: dock.models, settings: { max_depth: 0 } });
  const person = await flat.connect();
  const worker = await spawnThread(person, {
    provider: 'claude_code',
    prompt: script('shell agentdock spawn codex --json "Deeper."', 'report'),
  });
  const done = await atRest(person, worker);
  assert.match(done.result ?? '', /limit_reached/, JSON.stringify(done));
});

test('the limit of the workspace holds for the person too', async t => {
  const narrow = await makeDock(t, {
    models: dock.models,
    workspaceConfig: { highest_permission_mode: 'edit', max_running: 1 },
  });
  const person = await narrow.connect();
  const call = person.call('spawn_thread', {
    task_name: 'No',
    provider: 'codex',
    prompt: 'No.',
    permission_mode: 'full',
  });
  await assert.rejects(call, { code: 'permission_denied', hint: /\.agentdock\/config\.json/ });
  const first = await spawnThread(person, {
    provider: 'codex',
    prompt: script('gate one'),
    permission_mode: 'edit',
  });
  await inState(person, first, 'running');
  const second = await person.call('spawn_thread', {
    task_name: 'Two',
    provider: 'codex',
    prompt: script('say Two.'),
  });
  assert.equal(second.fleet.capacity, 1);
  dock.models.gates.open('one');
  assert.equal((await atRest(person, second.thread_id)).result, 'Two.');
});

test('a workspace’s config that does not parse allows the least and is reported', async t => {
  const broken = await makeDock(t, { models: dock.models });
  await writeFile(
    join(broken.workspace, '.agentdock', 'config.json'),
    '{"highest_permission_mode": "root", "codex_path": "/bin/sh"}',
  );
  const person = await broken.connect();
  const call = person.call('spawn_thread', {
    task_name: 'No',
    provider: 'codex',
    prompt: 'No.',
    permission_mode: 'ask',
  });
  await assert.rejects(call, { code: 'permission_denied' });
  assert.match((await person.status()).damage.join('\n'), /config\.json is not used/);
});
