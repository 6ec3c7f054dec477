import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { permissionModeSchema } from '../../src/contracts/thread.ts';
import { toolServerOf } from '../../src/providers/opencode/toolServer.ts';
import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { processOf } from './harness.ts';
import { eventsOf, type Harness, makeHarness, script } from './opencodeHarness.ts';
import { startToolServer } from './opencodeToolServer.ts';

let harness: Harness;
let tools: Awaited<ReturnType<typeof startToolServer>>;
const person = 'thread-person-0001';
before(async () => {
  tools = await startToolServer();
  harness = await makeHarness({
    environment: {
      // A server of the person's that has the name of a thread's own.
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        mcp: { [toolServerOf(person)]: { type: 'remote', url: 'http://127.0.0.1:9/', oauth: false } },
      }),
    },
  });
});
after(async () => {
  await harness.close();
  await tools.close();
});

const call = (text: string) => `mcp agentdock report {"text":"${text}"}`;
const ownOf = (offered: readonly string[]) => offered.filter(name => name.startsWith('agentdock'));
const namesOf = (threadId: string) => ['ask', 'report'].map(tool => `${toolServerOf(threadId)}_${tool}`);

for (const permissionMode of permissionModeSchema.options) {
  test(`opencode: in mode ${permissionMode} AgentDock’s tools run without a question`, async () => {
    const { run, requests } = harness;
    const { token, url } = tools.open();
    // The fourth same call in a row: OpenCode asks then, for any other tool.
    const steps = Array.from({ length: 4 }, () => call(permissionMode));
    const { end, permissions, request } = await run(script(...steps, 'report'), {
      permissionMode,
      tools: { token, url },
    });
    assert.equal(end.result, `report has ${permissionMode}`);
    assert.deepEqual(permissions, []);
    assert.deepEqual(
      tools.calls.filter(made => made.token === token).map(({ args }) => args),
      steps.map(() => ({ text: permissionMode })),
    );
    const last = requests().at(-1);
    assert.deepEqual(ownOf(last?.toolsOffered ?? []), namesOf(request.threadId));
    assert.ok(last?.system.includes(`\`${toolServerOf(request.threadId)}_report\``));
  });
}

test('opencode: two threads of one folder see and use their own tools alone, and sub-agents none', async () => {
  const { start, models, requests } = harness;
  const child = script('gate tools-child', call('from a child'), 'report');
  const task = `tool task ${JSON.stringify({ description: 'look', subagent_type: 'general', prompt: child })}`;
  const turns = ['left', 'right'].map(name => {
    const endpoint = tools.open();
    const steps = [`gate tools-${name}`, call(name), task, 'report'];
    return { name, endpoint, ...start(script(...steps), { tools: endpoint }) };
  });
  await Promise.all(turns.map(({ name }) => models.gates.arrival(`tools-${name}`)));
  for (const { name } of turns) models.gates.open(`tools-${name}`);
  models.gates.open('tools-child');
  for (const { name, endpoint, turn, request, sessions } of turns) {
    assert.equal((await turn.ended).outcome, 'completed');
    assert.deepEqual(
      tools.calls.filter(({ args }) => JSON.stringify(args).includes(name)).map(({ token }) => token),
      [endpoint.token],
    );
    const own = requests().filter(({ sessionHint }) => sessionHint === sessions[0]?.id);
    for (const { toolsOffered, system } of own) {
      assert.deepEqual(ownOf(toolsOffered), namesOf(request.threadId));
      assert.deepEqual(system.match(/Instructions for \S+\./g), [`Instructions for ${endpoint.token}.`]);
    }
  }
  const roots = new Set(turns.map(({ sessions }) => sessions[0]?.id));
  const children = requests().filter(({ userTurns, sessionHint }) =>
    userTurns.some(text => text.includes('tools-child') && !roots.has(sessionHint)),
  );
  assert.ok(children.some(({ toolResults }) => toolResults.length === 1));
  for (const { toolsOffered, system } of children) {
    assert.deepEqual(ownOf(toolsOffered), []);
    assert.equal(system.includes('Instructions for'), false);
  }
  assert.deepEqual(
    tools.calls.filter(({ args }) => JSON.stringify(args).includes('child')),
    [],
  );
});

test('opencode: a thread without tools is offered none, and is told of none', async () => {
  const { start, run, models, requests } = harness;
  const other = start(script('gate tools-none', 'say bye'), { tools: tools.open() });
  await models.gates.arrival('tools-none');
  await run('hello');
  const { toolsOffered, system } = requests().at(-1) ?? { toolsOffered: ['none'], system: 'agentdock_' };
  assert.deepEqual(ownOf(toolsOffered), []);
  assert.equal(system.includes('agentdock_'), false);
  models.gates.open('tools-none');
  await other.turn.ended;
});

test('opencode: a thread has its tools again in its next turns, also from a server that was started anew', async () => {
  const { start, run, models } = harness;
  const first = await run(script(call('again')), { tools: tools.open() });
  const { threadId } = first.request;
  const next = () => ({ threadId, session: first.session, tools: tools.open() });
  const killed = start(script(call('again'), 'gate tools-killed', 'say never'), next());
  await models.gates.arrival('tools-killed');
  process.kill(processOf(killed).pid, 'SIGKILL');
  assert.equal((await killed.turn.ended).error?.code, 'upstream_unavailable');
  const last = await run(script(call('again')), next());
  assert.equal(last.end.outcome, 'completed');
  assert.notEqual(processOf(last).pid, processOf(first).pid);
  const made = tools.calls.filter(({ args }) => JSON.stringify(args) === '{"text":"again"}');
  assert.equal(new Set(made.map(({ token }) => token)).size, 3);
});

test('opencode: a server of the person’s under the same name does not take the place of ours', async () => {
  const endpoint = tools.open();
  const { end } = await harness.run(script(call('mine'), 'report'), { threadId: person, tools: endpoint });
  assert.equal(end.result, 'report has mine');
  assert.equal(tools.calls.at(-1)?.token, endpoint.token);
});

test('opencode: without its tools a turn ends before anything reaches the model', async () => {
  const { run, requests } = harness;
  const before = requests().length;
  for (const endpoint of [
    { url: 'http://127.0.0.1:9/mcp', token: 'unreachable' },
    { url: tools.url, token: 'unknown' },
  ]) {
    const { end, calls, events } = await run(script('say never'), { tools: endpoint });
    assert.deepEqual([end.outcome, end.error?.code], ['failed', 'tools_unavailable']);
    assert.equal(calls.includes('promptSending'), false);
    assert.equal(JSON.stringify([end, events]).includes(endpoint.token), false);
  }
  assert.equal(requests().length, before);
});

const noProc = process.platform === 'linux' ? false : 'looks into /proc';

test('opencode: the token is in no argument, no environment and no file', { skip: noProc }, async () => {
  const { start, models, workspace, home, root } = harness;
  const endpoint = tools.open();
  const { turn, events } = start(
    script(call('secret'), 'shell env; echo; cat /proc/$$/environ', 'gate tools-token', 'say bye'),
    {
      tools: endpoint,
    },
  );
  await models.gates.arrival('tools-token');
  for (const { pid } of await readProcessTable()) {
    if (pid === process.pid) continue;
    for (const file of ['cmdline', 'environ']) {
      const text = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
      assert.equal(text.includes(endpoint.token), false, `${file} of ${pid}`);
    }
  }
  models.gates.open('tools-token');
  await turn.ended;
  assert.equal(eventsOf(events, 'tool.ended').length, 2);
  assert.equal(JSON.stringify(events).includes(endpoint.token), false);
  for (const folder of [home, workspace, root]) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const text = await readFile(file, 'latin1').catch(() => '');
      assert.equal(text.includes(endpoint.token), false, file);
    }
  }
});
