import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import * as z from 'zod';
import type { WindowIdentity } from '../../src/client/connectOptions.ts';
import { cliScript, runInTerminal } from '../host/dockCli.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { projectRoot } from '../rigs/projectRoot.ts';
import { waitFor } from '../support/waitFor.ts';

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file, { settings: { max_running: 1 } });
  await dock.startHost();
});

const replySchema = z.object({
  ok: z.boolean(),
  result: z.looseObject({ thread_id: z.string() }).optional(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
const rawSchema = z.object({
  proved: z.looseObject({ caller: z.string().optional(), reason: z.string().optional() }),
  called: replySchema,
});

const full = { task_name: 'mine', provider: 'codex', prompt: 'Say yes.', permission_mode: 'full' };

async function spawnFull(env: Readonly<Record<string, string>>) {
  const run = await dock.cli(['call', JSON.stringify({ tool: 'spawn_thread', args: full })], { env });
  return replySchema.parse(run.json());
}

interface Raw {
  readonly client?: object;
  readonly window?: WindowIdentity;
  readonly env?: Readonly<Record<string, string>>;
}

async function raw({ client = {}, window, env = {} }: Raw) {
  const signing = window && { key: window.publicKey, privateKey: window.privateKey };
  const orders = JSON.stringify({ workspace: dock.workspace, client, window: signing, args: full });
  const run = await runInTerminal([process.execPath, join(import.meta.dirname, 'rawClient.mjs'), orders], {
    cwd: dock.workspace,
    env: { ...dock.env, ...env },
  });
  return rawSchema.parse(run.json());
}

function unknownWindow(): WindowIdentity {
  return generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

test('a clean shell is the person', async () => {
  assert.deepEqual((await spawnFull({})).ok, true);
  assert.deepEqual((await raw({})).proved, { caller: 'person' });
});

const marks: Readonly<Record<string, string>> = {
  AGENTDOCK_THREAD: 'thread-not-ours',
  AGENTDOCK_HOST: 'somebody',
  AGENTDOCK_FOLDER: 'some-folder',
  CLAUDECODE: '1',
  CLAUDE_CODE_SESSION_ID: '7e57ab1e-0000-4000-8000-000000000000',
  CLAUDE_CODE_CHILD_SESSION: '1',
  AI_AGENT: 'claude-code',
  CODEX_THREAD_ID: '01a2066d-c697-76e0-9f9e-5ba9f24b2950',
  CODEX_SESSION_ID: '01a2066d-c697-76e0-9f9e-5ba9f24b2950',
  CODEX_TOOL_CALL_ID: 'call_1',
  CODEX_CI: '1',
  CODEX_SANDBOX: 'seatbelt',
  OPENCODE: '1',
  OPENCODE_PID: '1',
  AGENT: '1',
};
for (const [name, value] of Object.entries(marks)) {
  test(`a shell with ${name} is not the person, whether its client says so or not`, async () => {
    const said = await spawnFull({ [name]: value });
    assert.partialDeepStrictEqual(said, { ok: false, error: { code: 'permission_denied' } });
    assert.match(said.error?.message ?? '', new RegExp(name));
    const silent = await raw({ env: { [name]: value } });
    assert.equal(silent.proved.caller, 'agent');
    assert.partialDeepStrictEqual(silent.called, { ok: false, error: { code: 'permission_denied' } });
  });
}

test('a mark with another meaning leaves the person the person', async () => {
  assert.equal((await spawnFull({ AGENT: 'ssh', EDITOR: 'code' })).ok, true);
});

test('a mark of a process above counts as one of its own', async () => {
  const orders = JSON.stringify({ workspace: dock.workspace, args: full });
  const cleared = `env -u CLAUDECODE ${process.execPath} ${join(import.meta.dirname, 'rawClient.mjs')} '${orders}'; true`;
  const run = await runInTerminal(['/bin/sh', '-c', cleared], {
    cwd: dock.workspace,
    env: { ...dock.env, CLAUDECODE: '1' },
  });
  const { proved, called } = rawSchema.parse(run.json());
  assert.equal(proved.caller, 'agent');
  assert.match(proved.reason ?? '', /CLAUDECODE/);
  assert.partialDeepStrictEqual(called, { ok: false, error: { code: 'permission_denied' } });
});

test('the signature of a window with an unknown key, or none behind the word "window", proves nothing', async () => {
  const env = { CLAUDECODE: '1' };
  for (const window of [unknownWindow(), undefined]) {
    const { proved, called } = await raw({ client: { kind: 'window' }, env, ...(window && { window }) });
    assert.equal(proved.caller, 'agent');
    assert.partialDeepStrictEqual(called, { ok: false, error: { code: 'permission_denied' } });
  }
});

test('a listed key with the signature of another one proves nothing', async () => {
  const window = { ...unknownWindow(), publicKey: dock.window.publicKey };
  const { proved } = await raw({ env: { CLAUDECODE: '1' }, window });
  assert.equal(proved.caller, 'agent');
});

test('the signature of a listed key is the person, whatever the process', async () => {
  assert.deepEqual((await raw({ env: { CLAUDECODE: '1' }, window: dock.window })).proved, {
    caller: 'person',
  });
});

test('a process that has ended, or never was, is not the person', async () => {
  const { proved } = await raw({ client: { pid: 2 ** 22 - 1 } });
  assert.equal(proved.caller, 'agent');
});

test('an agent neither stops the host, nor starts one', async () => {
  const pid = await dock.hostPid();
  const env = { CODEX_THREAD_ID: 'x' };
  const stop = await dock.cli(['host', 'stop', '--json'], { env });
  assert.match(stop.stdout, /permission_denied/);
  assert.equal(await dock.hostPid(), pid);

  await dock.killHost('SIGTERM');
  const list = await dock.cli(['list', '--json'], { env });
  assert.equal(list.code, 1);
  assert.match(list.stdout, /permission_denied/);
  assert.deepEqual(await dock.hostPids(), []);
  assert.equal((await dock.cli(['list', '--json'])).code, 0);
  assert.equal((await dock.hostPids()).length, 1);
});

test('an agent whose command carries no mark starts no host either: those above it are looked at', async () => {
  await dock.killHost('SIGTERM');
  const list = [process.execPath, cliScript, 'list', '--json'];
  // The shell stays above the command, as the shell of an agent does.
  const unmarked = ['/bin/sh', '-c', 'env -u CODEX_THREAD_ID "$@"; exit "$?"', 'sh', ...list];
  const env = { ...dock.env, CODEX_THREAD_ID: 'x' };
  const run = await runInTerminal(unmarked, { env, cwd: dock.workspace });
  assert.equal(run.code, 1);
  assert.partialDeepStrictEqual(run.json(), {
    ok: false,
    error: { code: 'permission_denied', retryable: false },
  });
  assert.match(run.stdout, /CODEX_THREAD_ID marks an agent/);
  await assert.rejects(dock.hostPid(), /no host\.json/);
  await waitFor('the refused host to end', async () => (await dock.hostPids()).length === 0);
  assert.equal((await dock.cli(['list', '--json'])).code, 0);
});

test('SECURITY.md says what marks cannot stop', async () => {
  const text = (await readFile(join(projectRoot, 'SECURITY.md'), 'utf8')).replace(/\s+/g, ' ');
  const [, notHeld = ''] = text.split('## What is not held');
  for (const said of [
    /unsandboxed shell is you/,
    /clear its marks/,
    /detach itself/,
    /another process as its own/,
    /Codex with `full`/,
  ]) {
    assert.match(notHeld, said);
  }
});
