import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { eventsOf, makeCodexHarness, script, sessionOf } from './codexHarness.ts';
import { startToolServer } from './toolServer.ts';

const linuxOnly = { skip: process.platform === 'linux' ? false : 'looks for processes in /proc' };
const token = (name: string) => `token-of-${name}-0123456789abcdef`;

async function makeToolHarness(t: TestContext, options: Parameters<typeof makeCodexHarness>[1] = {}) {
  const tools = await startToolServer(t);
  return { tools, ...(await makeCodexHarness(t, options)) };
}

/** The person's own settings beside those of the model server. */
const withConfig =
  (more: string) =>
  (url: string): string =>
    `model_provider = "s"\n[model_providers.s]\nname = "s"\nbase_url = "${url}/v1"\n${more}`;

for (const model of ['gpt-5.5', 'gpt-6-sol']) {
  test(`${model} calls a tool of AgentDock without a permission, also after a resume with another token`, async t => {
    const { run, tools, models } = await makeToolHarness(t);
    const first = await run(script('mcp agentdock report {"summary":"one"}', 'report'), {
      model,
      permissionMode: 'read_only',
      tools: tools.open(token('first')),
    });
    assert.equal(first.end.outcome, 'completed');
    assert.match(first.end.result ?? '', /noted one/);
    assert.deepEqual(first.permissions, []);
    assert.match(models.requests()[0]?.system ?? '', /`mcp__agentdock`/);
    models.clearRequests();
    const second = await run(script('mcp agentdock report {"summary":"two"}', 'report'), {
      model,
      session: sessionOf(first),
      tools: tools.open(token('second')),
    });
    assert.match(second.end.result ?? '', /noted two/);
    assert.deepEqual(
      tools.calls.map(call => [call.token, call.args]),
      [
        [token('first'), { summary: 'one' }],
        [token('second'), { summary: 'two' }],
      ],
    );
    assert.deepEqual(tools.refused, []);
    assert.match(models.requests()[0]?.system ?? '', /`mcp__agentdock`/);
  });
}

test('two threads on one server call with their own tokens', async t => {
  const { start, tools } = await makeToolHarness(t);
  const turns = ['red', 'blue'].map(name =>
    start(script(`mcp agentdock report {"summary":"${name}"}`, 'report'), {
      tools: tools.open(token(name)),
    }),
  );
  const ends = await Promise.all(turns.map(({ turn }) => turn.ended));
  assert.deepEqual(
    ends.map(({ result }) => /noted \w+/.exec(result ?? '')?.[0]),
    ['noted red', 'noted blue'],
  );
  assert.equal(new Set(turns.flatMap(({ processes }) => processes.map(({ pid }) => pid))).size, 1);
  const seen = tools.calls.map(call => [call.token, call.args]);
  assert.equal(seen.length, 2);
  for (const name of ['red', 'blue']) {
    assert.deepEqual(
      seen.find(([by]) => by === token(name)),
      [token(name), { summary: name }],
    );
  }
});

test(
  'a token stands in no argument, in no environment of a tool, and in no file afterwards',
  linuxOnly,
  async t => {
    const { start, tools, models, home, workspace } = await makeToolHarness(t);
    const secret = token('secret');
    const { turn } = start(
      script('mcp agentdock report {"summary":"x"}', 'shell env > env.txt', 'gate look', 'say Done.'),
      { tools: tools.open(secret), permissionMode: 'full' },
    );
    await models.gates.arrival('look');
    for (const { pid } of await readProcessTable()) {
      if (pid === process.pid) continue;
      for (const file of ['cmdline', 'environ']) {
        const text = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
        assert.equal(text.includes(secret), false, `${file} of ${pid}`);
      }
    }
    models.gates.open('look');
    assert.equal((await turn.ended).result, 'Done.');
    assert.equal(tools.calls.length, 1);
    assert.match(await readFile(join(workspace, 'env.txt'), 'utf8'), /AGENTDOCK_THREAD=/);
    assert.deepEqual(await filesWith(secret, [home, workspace]), []);
  },
);

test('the person’s own MCP servers stay, one with our name too; one of the repository does not take our place', async t => {
  const { run, tools, workspace, home, config } = await makeToolHarness(t);
  const other = await startToolServer(t);
  const theirs = `url = "${other.url}"\nhttp_headers = { Authorization = "Bearer ${other.open('theirs').token}" }\ndefault_tools_approval_mode = "approve"\n`;
  await mkdir(join(workspace, '.codex'));
  await writeFile(
    join(workspace, '.codex', 'config.toml'),
    '[mcp_servers.agentdock]\ncommand = "touch"\nargs = ["repository-ran"]\n',
  );
  const configFile = join(home, '.codex', 'config.toml');
  const trusted = `[projects.${JSON.stringify(workspace)}]\ntrust_level = "trusted"\n`;
  const plain = await config();
  await writeFile(configFile, `${plain}\n${trusted}[mcp_servers.docs]\n${theirs}`);
  const turn = await run(
    script(
      'mcp agentdock2 report {"summary":"ours"}',
      'mcp docs report {"summary":"theirs"}',
      'mcp agentdock report {"summary":"of the repository"}',
      'report',
    ),
    { tools: tools.open(token('ours')) },
  );
  assert.equal(turn.end.outcome, 'completed', turn.end.error?.message);
  assert.deepEqual(
    tools.calls.map(({ args }) => args),
    [{ summary: 'ours' }],
  );
  assert.deepEqual(
    other.calls.map(({ args }) => args),
    [{ summary: 'theirs' }],
  );
  assert.equal((await readdir(workspace)).includes('repository-ran'), false);

  await writeFile(configFile, `${plain}\n[mcp_servers.agentdock]\n${theirs}`);
  const named = await run(
    script('mcp agentdock report {"summary":"t"}', 'mcp agentdock2 report {"summary":"o"}', 'say Done.'),
    { tools: tools.open(token('ours')) },
  );
  assert.equal(named.end.result, 'Done.', named.end.error?.message);
  assert.deepEqual(
    [other, tools].map(({ calls }) => calls.at(-1)?.args),
    [{ summary: 't' }, { summary: 'o' }],
  );
});

test('a proxy of the person’s does not stand between Codex and the tools', async t => {
  const { run, tools } = await makeToolHarness(t, {
    environment: {
      HTTP_PROXY: 'http://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'example.org',
    },
  });
  const turn = await run(script('mcp agentdock report {"summary":"x"}', 'say Done.'), {
    tools: tools.open(token('x')),
  });
  assert.equal(turn.end.result, 'Done.', turn.end.error?.message);
  assert.equal(tools.calls.length, 1);
});

test('tools that cannot be reached, or refuse the token, end the turn before anything reaches the model', async t => {
  const { run, tools, models } = await makeToolHarness(t);
  const first = await run(script('say Yes.'));
  models.clearRequests();
  for (const { endpoint, why, session } of [
    { endpoint: { url: tools.url, token: token('bad') }, why: /401/, session: undefined },
    { endpoint: { url: tools.url, token: token('bad') }, why: /401/, session: sessionOf(first) },
    {
      endpoint: { url: 'http://127.0.0.1:9/mcp', token: token('bad') },
      why: /127\.0\.0\.1:9/,
      session: undefined,
    },
  ]) {
    const { end, calls } = await run('hello', { tools: endpoint, session });
    assert.equal(end.outcome, 'failed');
    assert.equal(end.error?.code, 'tools_unavailable');
    assert.match(end.error?.message ?? '', /^Codex could not load AgentDock’s tools.*not sent/);
    assert.match(end.error?.message ?? '', why);
    assert.ok(end.error?.hint);
    assert.doesNotMatch(JSON.stringify(end), /token-of/);
    assert.equal(calls.includes('promptSending'), false);
  }
  assert.deepEqual(models.requests(), []);
});

test('a required server of the person’s that does not start is named as theirs', async t => {
  const { run, tools } = await makeToolHarness(t, {
    config: withConfig('[mcp_servers.mine]\ncommand = "false"\nrequired = true\n'),
  });
  const { end } = await run('hello', { tools: tools.open(token('x')) });
  assert.equal(end.error?.code, 'tools_unavailable');
  assert.match(end.error?.message ?? '', /mine/);
  assert.match(end.error?.hint ?? '', /MCP servers in your Codex config/);
});

test('a thread without tools has no server of ours', async t => {
  const { run, models } = await makeToolHarness(t);
  const turn = await run(script('mcp agentdock report {"summary":"x"}', 'report'));
  assert.equal(turn.end.outcome, 'completed');
  assert.doesNotMatch(models.requests()[0]?.system ?? '', /mcp__agentdock/);
  assert.deepEqual(
    eventsOf(turn, 'tool.ended').filter(event => event.status === 'completed'),
    [],
  );
});

async function filesWith(text: string, folders: readonly string[]): Promise<readonly string[]> {
  const needle = Buffer.from(text);
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      if ((await readFile(file)).includes(needle)) found.push(file);
    }
  }
  return found;
}
