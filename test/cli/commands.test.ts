import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import * as z from 'zod';
import { historyEventSchema } from '../../src/contracts/agentEvent.ts';
import { version } from '../../src/core/version.ts';
import { cliScript } from '../host/dockCli.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { isGone } from '../host/processes.ts';
import { script } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

const names = [
  'init',
  'spawn',
  'resume',
  'list',
  'show',
  'read',
  'wait',
  'cancel',
  'providers',
  'host',
  'call',
];

/** The id in the first line a command printed. */
function idIn(stdout: string): string {
  const id = /^thread-[a-z0-9-]+/.exec(stdout)?.[0];
  assert.ok(id, stdout);
  return id;
}

test('help names every command, and each command’s help its usage and options', async () => {
  const general = await dock.cli(['--help']);
  assert.equal(general.code, 0);
  for (const name of names) assert.match(general.stdout, new RegExp(`^  ${name}\\b.* {2}\\S`, 'm'), name);
  assert.equal((await dock.cli([])).stdout, general.stdout);
  assert.equal((await dock.cli(['help'])).stdout, general.stdout);
  for (const name of names) {
    const help = await dock.cli([name, '--help'], { cwd: dock.home });
    assert.equal(help.code, 0, name);
    assert.match(help.stdout, new RegExp(`^Usage: agentdock ${name}`, 'm'));
    for (const option of ['--json', '--workspace DIR', '--help'])
      assert.ok(help.stdout.includes(option), name);
  }
  assert.equal((await dock.cli(['--version'])).stdout, `${version}\n`);
});

test('a wrong command line is one error with the next step on standard error, or as JSON', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['fly'], /no command "fly".*agentdock --help/s],
    [['list', '--colour'], /--colour.*agentdock list --help/s],
    [['spawn', 'codex'], /missing.*Usage: agentdock spawn/s],
    [['show', 'thread-abc', 'more'], /Unexpected "more"/],
    [['list', '--state', 'asleep'], /"asleep".*completed/s],
    [['spawn', 'gpt', 'Do it.'], /"gpt".*codex, claude_code, opencode/s],
    [['spawn', 'codex', '--mode', 'root', 'Do it.'], /"root".*read_only/s],
    [['list', '--limit', 'many'], /limit/],
    [['show', '../../etc/passwd'], /Expected a thread id/],
    [['show', 'thread-unknown'], /There is no thread thread-unknown/],
    [['host', 'dance'], /host status/],
    [['spawn', 'codex', ''], /prompt/],
  ];
  for (const [args, says] of wrong) {
    const run = await dock.cli(args);
    assert.equal(run.code, 1, args.join(' '));
    assert.equal(run.stdout, '');
    assert.match(run.stderr, says);
    assert.match(run.stderr, /^agentdock: .* \([a-z_]+\)$/m);
    const json = await dock.cli([...args, '--json']);
    assert.deepEqual([json.code, json.stderr], [1, ''], args.join(' '));
    assert.partialDeepStrictEqual(json.json(), { ok: false, error: { retryable: false } });
  }
});

test('init makes a workspace, leaves alone what is there, and the nearest folder upward counts', async t => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dock-init-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const first = await dock.cli(['init'], { cwd: folder });
  assert.equal(first.code, 0);
  assert.match(first.stdout, /created \.agentdock\/agent\.md/);
  await writeFile(join(folder, '.agentdock', 'soul.md'), 'Mine.');
  const again = await dock.cli(['init', '--json', '--workspace', folder]);
  assert.deepEqual(again.json(), { ok: true, result: { created: [] } });
  assert.equal(await readFile(join(folder, '.agentdock', 'soul.md'), 'utf8'), 'Mine.');

  const deep = join(folder, 'a', 'b');
  await mkdir(deep, { recursive: true });
  const status = async (cwd: string, ...more: string[]) => {
    await dock.cli(['list', ...more], { cwd });
    const run = await dock.cli(['host', 'status', '--json', ...more], { cwd });
    return (run.json() as { result: { workspace: string; pid: number } }).result;
  };
  const near = await status(deep);
  assert.equal(near.workspace, folder);
  await symlink(folder, join(folder, 'a', 'link'));
  assert.deepEqual((await status(join(folder, 'a', 'link'))).pid, near.pid);
  assert.equal((await status(deep, '--workspace', dock.workspace)).workspace, dock.workspace);
  assert.equal((await dock.cli(['host', 'stop'], { cwd: deep })).code, 0);
  await waitFor('the host to end', () => isGone(near.pid));
  const missing = await dock.cli(['list', '--json', '--workspace', deep]);
  assert.partialDeepStrictEqual(missing.json(), { ok: false, error: { code: 'not_found' } });
  const none = await dock.cli(['init', '--json', '--workspace', join(folder, 'nowhere')]);
  assert.partialDeepStrictEqual(none.json(), { ok: false, error: { code: 'not_found', retryable: false } });
});

test('spawn, list, show, read, resume and wait tell a person and a program the same', async () => {
  const prompt = script('shell echo from-tool', 'say First line.\\nSecond line.');
  const spawned = await dock.cli(['spawn', 'codex', '--name', 'My task', '--mode', 'full', '--yes', prompt]);
  assert.equal(spawned.code, 0, spawned.stderr);
  const id = idIn(spawned.stdout);
  assert.match(id, /^thread-my-task-/);
  const waited = await dock.cli(['wait', id]);
  assert.deepEqual([waited.code, waited.stdout], [0, `${id}  completed\nFirst line.\nSecond line.\n`]);

  const list = await dock.cli(['list']);
  assert.match(list.stdout, /^THREAD +PROVIDER +STATE +AGE +TASK$/m);
  assert.match(list.stdout, new RegExp(`^${id} +codex +completed +\\d+s +My task$`, 'm'));
  assert.match(list.stdout, /^0 of \d+ running, 0 queued, 0 waiting for a person, \d+ in all$/m);
  const filtered = await dock.cli(['list', '--state', 'failed', '--json']);
  assert.partialDeepStrictEqual(filtered.json(), { ok: true, result: { total: 0, threads: [] } });
  await dock.cli(['spawn', 'codex', '--wait', 'Plain.']);
  const newest = await dock.cli(['list', '--limit', '1']);
  const [, cursor = ''] = /^Older ones: agentdock list --cursor (\S+)$/m.exec(newest.stdout) ?? [];
  const older = await dock.cli(['list', '--cursor', cursor]);
  assert.match(newest.stdout, new RegExp(`^${cursor} `, 'm'));
  assert.deepEqual([older.stdout.includes(id), older.stdout.includes(cursor)], [true, false]);

  const shown = await dock.cli(['show', id]);
  for (const line of [
    /^provider +codex$/m,
    /^state +completed$/m,
    /^session +\S+$/m,
    /^permissions +full: No sandbox/m,
  ]) {
    assert.match(shown.stdout, line);
  }
  assert.match(shown.stdout, /First line\.\nSecond line\./);
  assert.partialDeepStrictEqual((await dock.cli(['show', id, '--json'])).json(), {
    ok: true,
    result: { thread: { thread_id: id, state: 'completed', result: 'First line.\nSecond line.' } },
  });

  const read = await dock.cli(['read', id]);
  assert.match(read.stdout, /^> Do this task\./m);
  assert.match(read.stdout, /^\* .*echo from-tool/m);
  assert.match(read.stdout, /^First line\.\nSecond line\.$/m);
  assert.match(read.stdout, /^= completed$/m);
  assert.equal((await dock.cli(['read', id, '--result'])).stdout, 'First line.\nSecond line.\n');
  const events = (await dock.cli(['read', id, '--json'])).stdout.trimEnd().split('\n');
  const types = events.map(line => historyEventSchema.parse(JSON.parse(line)).type);
  assert.deepEqual([types[0], types.at(-1)], ['thread.created', 'turn.ended']);

  const resumed = await dock.cli(['resume', id, '--wait', script('recall')]);
  assert.deepEqual(
    [resumed.code, resumed.stdout.split('\n')[1]],
    [0, 'earlier prompts: 1; tool calls: 1; tool results: 1; words: none'],
  );
});

test('read --follow prints what is there, then what comes, until the thread is at rest', async () => {
  const prompt = script('say Before.', 'shell true', 'gate follow', 'say After.');
  const id = idIn((await dock.cli(['spawn', 'codex', '--mode', 'full', '--yes', prompt])).stdout);
  await dock.models.gates.arrival('follow');
  const following = [dock.cli(['read', id, '--follow']), dock.cli(['read', id, '--follow', '--json'])];
  const clients = async () =>
    ((await dock.cli(['host', 'status', '--json'])).json() as { result: { clients: number } }).result.clients;
  await waitFor('both to follow', async () => (await clients()) >= 3);
  dock.models.gates.open('follow');
  const [text, json] = await Promise.all(following);
  assert.equal(text?.code, 0);
  assert.match(text?.stdout ?? '', /^Before\.[\s\S]*^After\.\n= completed$/m);
  const seqs = (json?.stdout.trimEnd().split('\n') ?? []).map(
    line => historyEventSchema.parse(JSON.parse(line)).seq,
  );
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].sort((a, b) => a - b),
    'in order, nothing twice',
  );
  assert.equal((await dock.cli(['read', 'thread-unknown', '--follow'])).code, 1);
});

test('read shows a message once, whether the running turn took it or one of its own brought it', async () => {
  const prompt = script('shell while [ ! -e blue ]; do sleep 0.05; done', 'heard');
  const id = idIn((await dock.cli(['spawn', 'codex', '--mode', 'full', '--yes', prompt])).stdout);
  const client = await dock.connect();
  const read = async () => (await dock.cli(['read', id])).stdout;
  await waitFor('the command to run', async () => (await read()).includes('\n* '));
  await dock.cli(['send', id, '--now', 'Use the blue one.']);
  await waitFor('it to be on its way', () => client.threads.get(id)?.inbox[0]?.state === 'sending');
  await writeFile(join(dock.workspace, 'blue'), '');
  await dock.cli(['wait', id]);
  assert.equal((await dock.cli(['read', id, '--result'])).stdout, 'heard: Use the blue one.\n');
  await dock.cli(['send', id, 'And the red one.']);
  await waitFor('a turn of its own', () => client.threads.get(id)?.turns_ended === 2);
  const shown = await read();
  for (const text of ['Use the blue one.', 'And the red one.']) {
    assert.equal(shown.split(`\n  ${text}\n`).length, 2, shown);
    assert.equal(shown.split(`> ${text}`).length, 1, shown);
  }
  assert.match(shown, /^> the message above, to the running turn$/m);
  assert.match(shown, /^> the message above$/m);
});

test('a prompt that begins with - comes after --, and standard input is taken byte for byte', async () => {
  const dash = await dock.cli(['spawn', 'codex', '--wait', '--', '-v', 'is', 'a', 'flag?']);
  assert.equal(dash.code, 0, dash.stderr);
  assert.deepEqual(dock.models.requests().at(-1)?.userTurns, ['-v is a flag?']);
  const prompt = '/init\r\n@file !ls é \u{1f600} \n\n';
  const piped = await dock.cli(['spawn', 'codex', '-', '--wait'], { stdin: prompt });
  assert.equal(piped.code, 0, piped.stderr);
  assert.deepEqual(dock.models.requests().at(-1)?.userTurns, [prompt]);
});

test('cancel ends a running thread, wait then ends with 1, and a second cancel is a conflict', async () => {
  const id = idIn((await dock.cli(['spawn', 'codex', script('gate cancelled')])).stdout);
  await dock.models.gates.arrival('cancelled');
  const waiting = dock.cli(['wait', id]);
  assert.deepEqual(await dock.cli(['cancel', id]).then(({ code, stdout }) => [code, stdout]), [
    0,
    `${id}  cancelled\n`,
  ]);
  assert.deepEqual(await waiting.then(({ code, stdout }) => [code, stdout]), [1, `${id}  cancelled\n`]);
  const again = await dock.cli(['cancel', id]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /at rest already \(cancelled\)\. \(conflict\)\nThere is nothing to cancel\./);
});

test('a thread that failed says why in list, show, read and wait', async () => {
  const run = await dock.cli([
    'spawn',
    'codex',
    '--wait',
    script('error 400 invalid_request_error No such thing'),
  ]);
  assert.equal(run.code, 1);
  assert.match(run.stdout, /^thread-\S+ {2}failed: .*\([a-z_]+\)$/m);
  const id = idIn(run.stdout);
  assert.match((await dock.cli(['show', id])).stdout, /^error +.+\([a-z_]+\)$/m);
  assert.match((await dock.cli(['read', id])).stdout, /^= failed: .+\([a-z_]+\)$/m);
});

test('--key makes a repeat give the first thread', async () => {
  const args = ['spawn', 'codex', '--key', 'cli-key', '--name', 'Once', 'Once only.'];
  const first = await dock.cli(args);
  const second = await dock.cli(args);
  assert.equal(idIn(first.stdout), idIn(second.stdout));
  assert.match(second.stdout, /same key as before/);
  assert.equal((await dock.cli(['wait', idIn(first.stdout)])).code, 0);
});

test('providers shows each CLI with its state and where it is', async () => {
  const all = ['codex', 'claude_code', 'opencode'].map(
    provider => new RegExp(`^${provider} +healthy +\\d+\\.\\d+\\.\\d+ .*\\(/.+\\)$`, 'm'),
  );
  // A CLI that a busy machine does not start in time is offline until it is asked again.
  const probe = async () => {
    const { code, stdout } = await dock.cli(['providers']);
    return code === 0 && all.every(line => line.test(stdout));
  };
  await waitFor('all to be healthy', probe);
});

test('--json of each command has exactly these keys', async t => {
  const own = await makeDock(t, { models: dock.models });
  const id = idIn((await own.cli(['spawn', 'codex', script('gate json-keys')])).stdout);
  await dock.models.gates.arrival('json-keys');
  const started = ['fleet', 'repeated', 'state', 'thread_id', 'turn_id'];
  const table: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['providers'], ['fleet', 'providers']],
    [['list'], ['fleet', 'threads', 'total']],
    [['show', id], ['thread']],
    [
      ['cancel', id],
      ['fleet', 'state', 'thread_id'],
    ],
    [['wait', id], ['threads']],
    [['spawn', 'codex', 'Plain.'], started],
    [['resume', id, 'More.'], started],
    [
      ['read', '--result', id],
      ['cursor', 'events', 'fleet', 'more', 'state', 'thread_id'],
    ],
    [['host', 'stop'], ['stopping']],
  ];
  for (const [args, keys] of table) {
    const { code, stdout, stderr } = await own.cli([...args, '--json']);
    assert.deepEqual([code, stderr], [args[0] === 'wait' ? 1 : 0, ''], `${args.join(' ')}: ${stdout}`);
    const reply = z
      .strictObject({ ok: z.literal(true), result: z.looseObject({}) })
      .parse(JSON.parse(stdout));
    const optional = ['queue_position', 'result'];
    const found = Object.keys(reply.result).filter(key => !optional.includes(key));
    assert.deepEqual(found.sort(), keys, args.join(' '));
  }
});

test('a setting that cannot be used is said on standard error where a person would rely on it', async t => {
  const settings = { max_running: 2, colour: 'red' };
  const own = await makeDock(t, { models: dock.models, settings });
  const spawned = await own.cli(['spawn', 'codex', 'Plain.', '--json']);
  for (const run of [spawned, await own.cli(['list'])]) {
    assert.equal(run.code, 0);
    assert.match(run.stderr, /^agentdock: .*config\.json: `colour` is not used: there is no such setting$/m);
  }
  assert.match((await own.cli(['host', 'status'])).stdout, /^setting +.*`colour` is not used/m);
});

test('read prints the lines a program printed, as they were', async () => {
  const program = "printf '123\\n45'; printf '6\\n789\\n\\nlast'";
  const run = await dock.cli(['spawn', 'command', '--wait', program]);
  assert.equal(run.code, 0, run.stdout);
  const { stdout } = await dock.cli(['read', idIn(run.stdout)]);
  assert.match(stdout, /^123\n456\n789\n\nlast\n= completed$/m);
});

test('host status and stop never start a host, and stop --when-idle lets the work end', async t => {
  const own = await makeDock(t, { models: dock.models });
  for (const action of ['status', 'stop']) {
    const run = await own.cli(['host', action, '--json']);
    assert.partialDeepStrictEqual(run.json(), { ok: false, error: { code: 'not_found', retryable: false } });
    assert.deepEqual(await own.hostPids(), []);
  }
  const id = idIn((await own.cli(['spawn', 'codex', script('gate idle', 'say Ended.')])).stdout);
  await dock.models.gates.arrival('idle');
  const pid = await own.hostPid();
  assert.match((await own.cli(['host', 'status'])).stdout, new RegExp(`^pid +${pid}$`, 'm'));
  assert.equal((await own.cli(['host', 'stop', '--when-idle'])).code, 0);
  assert.equal(await isGone(pid), false);
  dock.models.gates.open('idle');
  await waitFor('the host to end when idle', () => isGone(pid));
  const gone = await own.cli(['host', 'status', '--json']);
  assert.partialDeepStrictEqual(gone.json(), { ok: false, error: { code: 'not_found' } });
  const result = await own.cli(['read', id, '--result']);
  assert.equal(result.stdout, 'Ended.\n');
  await own.killHost('SIGKILL');
  const killed = await own.cli(['host', 'status', '--json']);
  assert.partialDeepStrictEqual(killed.json(), { ok: false, error: { code: 'not_found' } });
});

test('what an agent writes cannot steer the terminal it is printed in', async () => {
  const run = await dock.cli(['spawn', 'codex', '--wait', script('say \u001b[2Jgone \u009b31m\u0007 fine')]);
  assert.ok(!/[\u001b\u009b\u0007]/.test(run.stdout), JSON.stringify(run.stdout));
  assert.match(run.stdout, /gone/);
});

test('a reader that goes away ends the command without a word', async () => {
  const piped = spawnSync('/bin/sh', ['-c', `"$0" "$1" --help | head -n 1`, process.execPath, cliScript], {
    cwd: dock.workspace,
    env: dock.env,
    encoding: 'utf8',
  });
  assert.deepEqual([piped.status, piped.stderr], [0, '']);
});
