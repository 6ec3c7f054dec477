import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { nativeBinary } from '../../src/providers/codex/binary.ts';
import { isAlive, readProcessTable } from '../../src/providers/process/processTable.ts';
import { commandLineOf } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, isRunning, makeCodexHarness, script, sessionOf } from './codexHarness.ts';
import { noLimit } from './harness.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'looks for processes in /proc' };

/** Codex's servers that are children of this process. */
async function appServers(): Promise<readonly number[]> {
  return (await readProcessTable())
    .filter(({ pid, ppid }) => ppid === process.pid && commandLineOf(pid).includes('app-server'))
    .map(({ pid }) => pid);
}

test('eight threads at once share one app-server, and each gets its own answer', linuxOnly, async t => {
  const { start } = await makeCodexHarness(t);
  const turns = Array.from({ length: 8 }, (_, index) =>
    start(script(`shell echo ${index}`, `say I am ${index}.`)),
  );
  const ends = await Promise.all(turns.map(({ turn }) => turn.ended));
  assert.deepEqual(
    ends.map(end => end.result),
    turns.map((_, index) => `I am ${index}.`),
  );
  const pids = new Set(turns.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
  assert.equal(pids.size, 1);
  assert.ok(turns.every(({ processes }) => processes.length === 1 && processes[0]?.shared));
  assert.deepEqual(await appServers(), [...pids]);
});

test(
  'kill -9 of the server in mid-turn: every turn fails, its tools end, the next turn starts anew and resumes',
  linuxOnly,
  async t => {
    const { start, run } = await makeCodexHarness(t);
    const first = start(
      script('remember plum', 'shell (setsid sleep 9102 >/dev/null 2>&1 &); sleep 9101', 'say Never.'),
      {
        permissionMode: 'full',
      },
    );
    const second = start(script('gate never', 'say Never.'));
    await waitFor('the tool', async () => (await isRunning('sleep 9101')) && (await isRunning('sleep 9102')));
    await waitFor('the second turn', () => second.calls.includes('turnStarted'));
    const [server] = first.processes;
    assert.ok(server);
    process.kill(server.pid, 'SIGKILL');

    for (const { turn } of [first, second]) {
      const end = await turn.ended;
      assert.equal(end.outcome, 'failed');
      assert.equal(end.error?.code, 'upstream_unavailable');
      assert.match(end.error?.message ?? '', /SIGKILL/);
    }
    assert.equal(await isRunning('sleep 9101'), false);
    assert.equal(await isRunning('sleep 9102'), false);

    const again = await run(script('recall'), { session: sessionOf(first) });
    assert.match(again.end.result ?? '', /^earlier prompts: 1; .*words: plum$/);
    assert.notEqual(again.processes[0]?.pid, server.pid);
  },
);

test('a server killed between two turns is replaced without the person noticing', linuxOnly, async t => {
  const { run } = await makeCodexHarness(t);
  const first = await run('hello');
  const [server] = first.processes;
  assert.ok(server);
  process.kill(server.pid, 'SIGKILL');
  const second = await run(script('say Still here.'));
  assert.equal(second.end.result, 'Still here.');
});

test(
  'eight threads that find the server killed share the one after it, and close() leaves none',
  linuxOnly,
  async t => {
    const { start, run, driver } = await makeCodexHarness(t);
    const first = await run('hello');
    const [server] = first.processes;
    assert.ok(server);
    process.kill(server.pid, 'SIGKILL');
    const turns = Array.from({ length: 8 }, (_, index) => start(script(`say I am ${index}.`)));
    const ends = await Promise.all(turns.map(({ turn }) => turn.ended));
    assert.deepEqual(
      ends.map(end => end.result),
      turns.map((_, index) => `I am ${index}.`),
    );
    const pids = new Set(turns.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
    assert.deepEqual(await appServers(), [...pids]);
    assert.equal(pids.size, 1);
    await driver.close();
    assert.deepEqual(await appServers(), []);
  },
);

test('an idle server ends by itself, and close() leaves none', async t => {
  const { run, driver } = await makeCodexHarness(t, { idleMs: 50 });
  const first = await run('hello');
  const [server] = first.processes;
  assert.ok(server);
  await waitFor('the end of the server', async () => !(await isAlive(server)));
  const second = await run('hello', { session: sessionOf(first) });
  assert.equal(second.end.outcome, 'completed');
  const [next] = second.processes;
  assert.ok(next);
  await driver.close();
  await driver.close();
  assert.equal(await isAlive(next), false);
  const late = await run('hello');
  assert.equal(late.end.outcome, 'interrupted');
});

test('close() ends running turns as interrupted', async t => {
  const { start, driver, models } = await makeCodexHarness(t);
  const { turn } = start(script('gate never', 'say Never.'));
  await models.gates.arrival('never');
  await driver.close();
  assert.equal((await turn.ended).outcome, 'interrupted');
});

test('a session is unloaded after its turn: another process can continue it, and a session in use is a conflict', async t => {
  const { run, start, models, home } = await makeCodexHarness(t);
  const other = await makeCodexHarness(t, { environment: { HOME: home, CODEX_HOME: join(home, '.codex') } });
  const first = await run(script('remember fig'));
  const moved = await other.run(script('recall'), { session: sessionOf(first) });
  assert.match(moved.end.result ?? '', /words: fig$/);

  const busy = start(script('gate go', 'say Done.'), { session: sessionOf(first) });
  await models.gates.arrival('go');
  for (const harness of [{ run }, other]) {
    const refused = await harness.run('hello', { session: sessionOf(first) });
    assert.equal(refused.end.outcome, 'failed');
    assert.equal(refused.end.error?.code, 'conflict');
  }
  models.gates.open('go');
  assert.equal((await busy.turn.ended).result, 'Done.');
});

test('a missing program is provider_missing with a hint, in a turn and as health', async t => {
  const { run, driver } = await makeCodexHarness(t, { binary: '/nowhere/codex' });
  const turn = await run('hello');
  assert.equal(turn.end.outcome, 'failed');
  assert.equal(turn.end.error?.code, 'provider_missing');
  assert.ok(turn.end.error?.hint);
  const health = await driver.checkHealth(noLimit);
  assert.equal(health.installed, false);
  assert.equal(health.status, 'offline');
});

test('a program that is not Codex, or one that cannot run, fails the turn with what it said', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-fake-'));
  t.after(() => rm(folder, { recursive: true }));
  const broken = join(folder, 'codex');
  await writeFile(broken, '#!/bin/sh\necho "not a server"\nexit 7\n', { mode: 0o755 });
  const { run, driver } = await makeCodexHarness(t, { binary: broken });
  const turn = await run('hello');
  assert.equal(turn.end.outcome, 'failed');
  assert.match(turn.end.error?.message ?? '', /exit code 7/);
  assert.equal((await driver.checkHealth(noLimit)).status, 'offline');
});

test('lines that are no JSON-RPC become unparsed events, and the turn goes on', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-noisy-'));
  t.after(() => rm(folder, { recursive: true }));
  const noisy = join(folder, 'codex');
  const { makeAgentHome } = await import('../clis/environment.ts');
  const agent = await makeAgentHome({ modelUrl: 'http://127.0.0.1:9' });
  t.after(() => agent.dispose());
  // Each line of the real server is followed by noise.
  const noise = `sed -u 's/.*/&\\nthis is no JSON\\n{"method":"item\\/completed","params":{"threadId":7}}/'`;
  await writeFile(noisy, `#!/bin/sh\n"$REAL_CODEX" "$@" | ${noise}\n`, { mode: 0o755 });
  const { run } = await makeCodexHarness(t, {
    binary: noisy,
    environment: { REAL_CODEX: agent.env['AGENTDOCK_CODEX_BIN'] ?? '' },
  });
  const turn = await run(script('shell true', 'say Done.'));
  assert.equal(turn.end.result, 'Done.');
  const lines = eventsOf(turn, 'unparsed').map(event => ('text' in event.line ? event.line.text : ''));
  assert.ok(lines.includes('this is no JSON'));
  assert.ok(lines.some(line => line.includes('item/completed')));
});

test('npm’s script leads to the native program, any other file to itself', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'dock-shim-'));
  t.after(() => rm(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  const vendor = join(modules, '@openai', 'codex-linux-x64', 'vendor', 'x86_64-unknown-linux-musl', 'bin');
  await mkdir(vendor, { recursive: true });
  await mkdir(join(modules, '@openai', 'codex', 'bin'), { recursive: true });
  await mkdir(join(modules, '.bin'));
  await writeFile(join(vendor, 'codex'), '');
  await writeFile(join(modules, '@openai', 'codex-linux-x64', 'package.json'), '{}');
  const shim = join(modules, '@openai', 'codex', 'bin', 'codex.js');
  await writeFile(shim, '');
  await symlink(shim, join(modules, '.bin', 'codex'));
  assert.equal(nativeBinary(join(modules, '.bin', 'codex'), 'linux-x64'), join(vendor, 'codex'));
  assert.equal(nativeBinary(join(vendor, 'codex'), 'linux-x64'), undefined);
  assert.equal(nativeBinary(join(modules, '.bin', 'codex'), 'darwin-arm64'), undefined);
});

test('health says version, path and whether a credential is there', async t => {
  const { driver } = await makeCodexHarness(t);
  const healthy = await driver.checkHealth(noLimit);
  assert.equal(healthy.status, 'healthy');
  assert.equal(healthy.version, '0.169.0');
  assert.equal(healthy.signed_in, 'yes');

  const unset = await makeCodexHarness(t, { environment: { SCRIPTED_KEY: '' } });
  const missing = await unset.driver.checkHealth(noLimit);
  assert.equal(missing.signed_in, 'no');
  assert.match(missing.message, /SCRIPTED_KEY/);

  const keyless = await makeCodexHarness(t, {
    config: url =>
      `model_provider = "local"\n[model_providers.local]\nname = "local"\nbase_url = "${url}/v1"\n`,
  });
  assert.equal((await keyless.driver.checkHealth(noLimit)).signed_in, 'unknown');

  const signedOut = await makeCodexHarness(t, { config: () => '' });
  assert.equal((await signedOut.driver.checkHealth(noLimit)).signed_in, 'no');
});
