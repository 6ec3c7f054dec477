import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { renewHost } from '../../src/client/renewHost.ts';
import { restartWhenIdle } from '../../src/client/restartWhenIdle.ts';
import { userFolder } from '../../src/core/userFolder.ts';
import { installClis } from '../clis/installClis.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDock } from './harness.ts';
import { hostForFile } from './hostForFile.ts';
import { atRest, providers, type RealProvider, resumeToEnd, script, spawnThread } from './turns.ts';

let models: ModelServer;
before(async () => {
  models = await startModelServer();
});
after(() => models.close());

const binaries: Readonly<Record<RealProvider, string>> = {
  codex: 'AGENTDOCK_CODEX_BIN',
  claude_code: 'AGENTDOCK_CLAUDE_BIN',
  opencode: 'AGENTDOCK_OPENCODE_BIN',
};

const noCli = Object.fromEntries(Object.values(binaries).map(name => [name, '/nowhere/cli']));

const host = hostForFile();

test('list_providers says of each real CLI where it is, which version, and that it is healthy', async () => {
  const { dock, client } = host();
  // A CLI that a busy machine does not start in time is offline until it is asked again.
  const list = await waitFor('all to be healthy', async () => {
    const { providers: answer } = await client.call('list_providers', {});
    return answer.every(({ status }) => status === 'healthy') ? answer : undefined;
  });
  assert.deepEqual(list.map(({ provider }) => provider).sort(), [...providers, 'command'].sort());
  for (const provider of providers) {
    const health = list.find(one => one.provider === provider);
    assert.deepEqual(
      [health?.installed, health?.status, health?.path],
      [true, 'healthy', dock.env[binaries[provider]]],
    );
    assert.match(health?.version ?? '', /^\d+\.\d+\.\d+/);
    assert.equal(health?.version, health?.tested_version);
    assert.notEqual(health?.signed_in, 'no');
  }
});

test('an error of the model’s server fails the turn with its code, and the next turn works', async () => {
  const { client } = host();
  for (const provider of providers) {
    const prompt = script('error 401 authentication_error invalid key');
    const thread = await spawnThread(client, { provider, prompt });
    const failed = await atRest(client, thread);
    assert.equal(failed.state, 'failed');
    assert.match(failed.error?.code ?? '', /^credential_/, JSON.stringify(failed.error));
    const resumed = await resumeToEnd(client, thread, script('say Fine.'));
    assert.deepEqual([resumed.state, resumed.result, resumed.error], ['completed', 'Fine.', undefined]);
  }
});

test('a CLI that is not there is offline with the next step, a thread on it fails, and the others work', async t => {
  const dock = await makeDock(t, { models, env: { ...noCli, PATH: '/usr/bin:/bin' } });
  const client = await dock.connect();
  const { providers: list } = await client.call('list_providers', {});
  for (const provider of providers) {
    const health = list.find(one => one.provider === provider);
    assert.deepEqual([health?.installed, health?.status], [false, 'offline'], provider);
    assert.match(health?.message ?? '', /install|AGENTDOCK_|path/i);
    const thread = await spawnThread(client, { provider, prompt: script('say No.') });
    const failed = await atRest(client, thread);
    assert.deepEqual(
      [failed.state, failed.error?.code],
      ['failed', 'provider_missing'],
      JSON.stringify(failed.error),
    );
    assert.ok(failed.error?.hint ?? failed.error?.message);
  }
  const program = await spawnThread(client, { provider: 'command', prompt: 'echo still-here' });
  assert.match((await atRest(client, program)).result ?? '', /still-here/);
});

test('an idle host gives way to one that knows the paths set since, a busy one goes on until it is idle', async t => {
  const dock = await makeDock(t, { models, env: noCli });
  const client = await dock.connect();
  const codex = async () => {
    const { providers: list } = await client.call('list_providers', {});
    return list.find(({ provider }) => provider === 'codex');
  };
  assert.equal((await codex())?.installed, false);
  const first = await dock.hostPid();
  const path = (await installClis()).codex;
  const folder = userFolder(dock.env);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify({ codex_path: path }));
  assert.equal(await renewHost(client, 0), 'renewed');
  assert.equal((await client.status()).pid, first);
  assert.equal(await renewHost(client), 'renewed');
  assert.deepEqual([(await codex())?.installed, (await codex())?.path], [true, path]);
  const second = await dock.hostPid();
  assert.notEqual(second, first);

  const busy = await spawnThread(client, { provider: 'command', prompt: 'sleep 600' });
  assert.equal(await renewHost(client), 'busy');
  const restarted = restartWhenIdle(client);
  assert.equal((await client.status()).pid, second);
  await client.call('cancel_thread', { thread_id: busy });
  await restarted;
  assert.notEqual((await client.status()).pid, second);
});

test('without a login a thread fails with credential_missing and the next step', async t => {
  // OpenCode without a provider is in the tests of its driver.
  const withoutLogin = ['codex', 'claude_code'] as const;
  const dock = await makeDock(t, {
    models,
    env: { SCRIPTED_KEY: undefined, ANTHROPIC_API_KEY: undefined, [binaries.opencode]: '/nowhere/cli' },
  });
  const client = await dock.connect();
  // A CLI that a busy machine does not start in time is `unknown` until it is asked again.
  await waitFor('the providers to be not signed in', async () => {
    const { providers: list } = await client.call('list_providers', {});
    return withoutLogin.every(name => list.find(one => one.provider === name)?.signed_in === 'no');
  });
  for (const provider of withoutLogin) {
    const failed = await atRest(client, await spawnThread(client, { provider, prompt: script('say No.') }));
    assert.equal(failed.state, 'failed');
    assert.equal(failed.error?.code, 'credential_missing', JSON.stringify(failed.error));
    assert.match(`${failed.error?.message} ${failed.error?.hint}`, /log ?in|sign in|key/i);
  }
  assert.equal((await client.status()).pid, await dock.hostPid());
});

test('a CLI that prints nonsense and ends fails its threads with a code', async t => {
  const bin = await mkdtemp(join(tmpdir(), 'dock-bin-'));
  t.after(() => rm(bin, { recursive: true, force: true }));
  const nonsense = join(bin, 'nonsense');
  await writeFile(nonsense, '#!/bin/sh\necho "%PDF-1.4 \\377"; echo oops >&2; exit 3\n', { mode: 0o755 });
  const broken = await makeDock(t, {
    models,
    env: Object.fromEntries(Object.values(binaries).map(name => [name, nonsense])),
  });
  const client = await broken.connect();
  for (const provider of providers) {
    const failed = await atRest(client, await spawnThread(client, { provider, prompt: script('say No.') }));
    assert.equal(failed.state, 'failed');
    assert.ok(failed.error?.code, provider);
    assert.notEqual(failed.error?.message, '');
  }
});
