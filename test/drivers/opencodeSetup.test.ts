import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { noLimit } from './harness.ts';
import { type Harness, type HarnessOptions, makeHarness, script } from './opencodeHarness.ts';

async function setUp(t: TestContext, options: HarnessOptions = {}) {
  const own = await makeHarness(options);
  t.after(() => own.close());
  return own;
}

test('opencode: a missing program ends the turn with provider_missing, and health says how to get it', async t => {
  const { run, driver } = await setUp(t, { binary: '/nowhere/opencode' });
  const { end, calls } = await run('hello');
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.code, 'provider_missing');
  assert.match(end.error?.hint ?? '', /npm install/);
  assert.deepEqual(calls, []);
  const health = await driver.checkHealth(noLimit);
  assert.deepEqual([health.installed, health.status], [false, 'offline']);
});

test('opencode: a program that is no OpenCode is told with what it said', async t => {
  const { run, driver } = await setUp(t, { binary: '/bin/false' });
  assert.equal((await run('hello')).end.error?.code, 'unknown');
  assert.equal((await driver.checkHealth(noLimit)).status, 'offline');
});

/** What of OpenCode's own catalogue everybody can use; all of it takes 2 s of computing at each start. */
const hostedFreeModel = {
  opencode: {
    id: 'opencode',
    name: 'OpenCode Zen',
    npm: '@ai-sdk/openai-compatible',
    api: 'https://opencode.ai/zen/v1',
    env: ['OPENCODE_API_KEY'],
    models: {
      'big-pickle': {
        ...{ id: 'big-pickle', name: 'Big Pickle', release_date: '2025-10-17', last_updated: '2025-10-17' },
        ...{ attachment: false, reasoning: true, temperature: true, tool_call: true, open_weights: false },
        modalities: { input: ['text'], output: ['text'] },
        cost: { input: 0, output: 0 },
        limit: { context: 200_000, output: 8_000 },
      },
    },
  },
};

test('opencode: with no provider nothing goes to the hosted free model; once there is one, the next turn works', async t => {
  const inConfig = (home: string, name: string) => join(home, '.config', 'opencode', name);
  const configOf = (home: string) => inConfig(home, 'opencode.json');
  let complete = '';
  const withoutProvider = async (home: string) => {
    complete = await readFile(configOf(home), 'utf8');
    await writeFile(configOf(home), JSON.stringify({ autoupdate: false }));
    await writeFile(inConfig(home, 'models.json'), JSON.stringify(hostedFreeModel));
  };
  const environment = { ANTHROPIC_API_KEY: undefined };
  const { run, driver, home } = await setUp(t, { prepare: withoutProvider, environment });
  const health = await driver.checkHealth(noLimit);
  assert.deepEqual([health.signed_in, health.status], ['no', 'offline']);
  const { end, calls } = await run('hello');
  assert.equal(end.error?.code, 'credential_missing');
  assert.match(end.error?.hint ?? '', /opencode auth login/);
  assert.deepEqual(calls, ['processStarted']);
  await writeFile(configOf(home), complete);
  assert.equal((await run(script('say now'))).end.result, 'now');
  const fine = await driver.checkHealth(noLimit);
  assert.deepEqual([fine.version, fine.signed_in, fine.status], ['1.18.33', 'yes', 'healthy']);
});

test('opencode: a broken config is named', async t => {
  const breakConfig = (home: string) =>
    writeFile(join(home, '.config', 'opencode', 'opencode.json'), JSON.stringify({ model: 42 }));
  const { run } = await setUp(t, { prepare: breakConfig });
  const { end } = await run('hello');
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.code, 'invalid_arguments');
});

/** Of a person with a plugin and a config of their own. */
let harness: Harness;
before(async () => {
  const own = { provider: { scripted: { models: { 'scripted-2': { name: 'Second', tool_call: true } } } } };
  harness = await makeHarness({
    environment: { OPENCODE_CONFIG_CONTENT: JSON.stringify(own), OPENCODE_PERMISSION: '{"*":"allow"}' },
    prepare: async folder => {
      const plugins = join(folder, '.config', 'opencode', 'plugin');
      await mkdir(plugins);
      const source = `export const Mine = async () => ({ 'shell.env': async (_, out) => { out.env.MINE = 'yes' } });`;
      await writeFile(join(plugins, 'mine.js'), source);
    },
  });
});
after(() => harness.close());

test('opencode: the person’s own plugins and config stay in force, and two turns at the very start share one server', async () => {
  const prompt = script('shell echo $MINE $AGENTDOCK_THREAD', 'report');
  const turns = ['scripted/scripted-1', 'scripted/scripted-2'].map(model => harness.start(prompt, { model }));
  for (const { turn, request } of turns) {
    assert.equal((await turn.ended).result?.trim(), `yes ${request.threadId}`);
  }
  assert.deepEqual(turns[0]?.processes, turns[1]?.processes);
});

test('opencode: health names version, path and sign-in, and the repository’s plugins', async () => {
  const { driver, workspace } = harness;
  await mkdir(join(workspace, '.opencode', 'plugins'), { recursive: true });
  await writeFile(join(workspace, '.opencode', 'plugins', 'theirs.ts'), '');
  const warned = await driver.checkHealth(noLimit);
  assert.deepEqual([warned.version, warned.signed_in, warned.status], ['1.18.33', 'yes', 'degraded']);
  assert.ok(warned.path);
  assert.match(warned.message, /theirs\.ts/);
});
