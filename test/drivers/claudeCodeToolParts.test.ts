import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import * as z from 'zod';
import { AgentTools } from '../../src/providers/claudeCode/agentTools.ts';
import { CliRequests } from '../../src/providers/claudeCode/cliRequests.ts';
import { EventMapper } from '../../src/providers/claudeCode/eventMapper.ts';
import { parseLine } from '../../src/providers/claudeCode/parseLine.ts';
import { decideAlone, deniesAllTools } from '../../src/providers/claudeCode/permissions.ts';
import { toolPrefix } from '../../src/providers/claudeCode/toolPrefix.ts';
import { startToolServer } from './claudeToolServer.ts';
import { recordingSink } from './harness.ts';

const sentSchema = z.looseObject({
  type: z.string(),
  request: z.looseObject({ message: z.looseObject({ method: z.string() }) }).optional(),
  response: z
    .looseObject({
      request_id: z.string(),
      response: z.looseObject({ mcp_response: z.looseObject({ id: z.number() }) }),
    })
    .optional(),
});

/** The tools of a turn without a CLI: `ask` is the CLI's side. */
async function makeTools(t: TestContext) {
  const server = await startToolServer(t);
  const sent: z.infer<typeof sentSchema>[] = [];
  const tools = new AgentTools(server, message => void sent.push(sentSchema.parse(message)));
  t.after(() => tools.close());
  let count = 0;
  const ask = async (message: object) => {
    const request_id = `request-${++count}`;
    const request = { subtype: 'mcp_message', message: { jsonrpc: '2.0', ...message } };
    await tools.carry({ type: 'control_request', request_id, request });
    return sent.find(({ response }) => response?.request_id === request_id)?.response?.response.mcp_response;
  };
  return { server, tools, sent, ask };
}

const hello = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'cli', version: '1' } },
};
const call = (name: string, args: object, more: object = {}) => ({
  method: 'tools/call',
  params: { name, arguments: args, ...more },
});

test('claude_code parts: the CLI’s messages reach the endpoint and its answers come back under their numbers', async t => {
  const { server, tools, ask } = await makeTools(t);
  await tools.check();
  const twice = await Promise.all([ask({ id: 0, ...hello }), ask({ id: 0, ...hello })]);
  assert.deepEqual(
    twice.map(answer => answer?.id),
    [0, 0],
  );
  assert.equal((await ask({ method: 'notifications/initialized' }))?.id, 0);
  const list = await ask({ id: 1, method: 'tools/list' });
  assert.match(JSON.stringify(list), /"name":"note".*"_meta":\{"anthropic\/alwaysLoad":true\}/);
  const noted = await ask({ id: 2, ...call('note', { text: 'x' }) });
  assert.deepEqual(noted, {
    jsonrpc: '2.0',
    id: 2,
    result: { content: [{ type: 'text', text: 'noted: x' }] },
  });
  assert.deepEqual(new Set(server.bearers), new Set([`Bearer ${server.token}`]));
});

test('claude_code parts: progress reaches the CLI while the call still works', async t => {
  const { sent, ask } = await makeTools(t);
  await ask({ id: 0, ...hello });
  const answer = await ask({ id: 1, ...call('slow', { ms: 5_000 }, { _meta: { progressToken: 1 } }) });
  assert.equal(answer?.id, 1);
  const methods = sent.flatMap(({ request }) => request?.message.method ?? []);
  assert.deepEqual(methods, ['notifications/progress', 'notifications/progress']);
});

test('claude_code parts: a call the CLI cancels ends, and so does one the turn leaves', async t => {
  const { server, tools, ask } = await makeTools(t);
  await ask({ id: 0, ...hello });
  const cancelled = ask({ id: 1, ...call('slow', { ms: 600_000 }) });
  await server.called;
  await ask({ method: 'notifications/cancelled', params: { requestId: 1 } });
  assert.match(JSON.stringify(await cancelled), /The call was cancelled/);
  const left = ask({ id: 2, ...call('slow', { ms: 600_000 }) });
  await tools.close();
  assert.match(JSON.stringify(await left), /AgentDock did not answer/);
});

test('claude_code parts: a failure while the server is opened is the turn’s, of a call the model’s', async t => {
  const { server, tools, ask } = await makeTools(t);
  await server.stop();
  await assert.rejects(tools.check(), { code: 'tools_unavailable' });
  await assert.rejects(ask({ id: 0, ...hello }), { code: 'tools_unavailable' });
  await assert.rejects(ask({ id: 1, method: 'tools/list' }), { code: 'tools_unavailable' });
  const answer = await ask({ id: 2, ...call('note', { text: 'x' }) });
  assert.match(JSON.stringify(answer), /AgentDock did not answer/);
});

test('claude_code parts: our tools are allowed in every mode, others of such a name are not', () => {
  for (const mode of ['read_only', 'ask', 'edit', 'full'] as const) {
    assert.deepEqual(decideAlone(mode, `${toolPrefix}report`), { allow: true });
  }
  assert.equal(decideAlone('ask', 'mcp__agentdock2__report'), undefined);
});

test('claude_code parts: a rule that denies all our tools is told from one that denies some, or others', () => {
  const rules = ['mcp__agentdock', 'mcp__agentdock__*', 'mcp__*', '*'];
  for (const rule of rules) assert.ok(deniesAllTools(rule), rule);
  const others = [
    'mcp__agentdock__spawn_thread',
    'mcp__agentdock__s*',
    'mcp__other',
    'mcp__other__*',
    'Bash',
  ];
  for (const rule of others) assert.ok(!deniesAllTools(rule), rule);
});

test('claude_code parts: a sub-agent is refused our tools, and nobody else anything', async () => {
  const { sink } = recordingSink();
  const requests = new CliRequests({ mode: 'full', workspace: '/w', sink });
  const before = (input: Readonly<Record<string, unknown>>) =>
    requests.answer({
      type: 'control_request',
      request_id: 'r',
      request: { subtype: 'hook_callback', tool_use_id: 'call', input },
    });
  const ours = `${toolPrefix}report`;
  const refused = await before({ tool_name: ours, agent_id: 'a1' });
  assert.equal(refused?.declined, 'call');
  assert.match(JSON.stringify(refused?.response), /"permissionDecision":"deny"/);
  for (const input of [{ tool_name: ours }, { tool_name: 'Bash', agent_id: 'a1' }, {}]) {
    assert.deepEqual(await before(input), {
      response: {
        type: 'control_response',
        response: { subtype: 'success', request_id: 'r', response: {} },
      },
    });
  }
});

test('claude_code parts: what only a sub-agent’s model has read is told apart', () => {
  const mapper = new EventMapper('/w');
  const ended = (more: object) => {
    const content = [{ type: 'tool_result', tool_use_id: 'x', content: '[msg-1]' }];
    const { message } = parseLine(JSON.stringify({ type: 'user', message: { content }, ...more }));
    return message === undefined ? [] : mapper.map(message);
  };
  const event = { type: 'tool.ended', item: 'x', status: 'completed', output: { text: '[msg-1]' } };
  assert.deepEqual(ended({ parent_tool_use_id: null }), [event]);
  assert.deepEqual(ended({ parent_tool_use_id: 'agent' }), [{ ...event, in_sub_agent: true }]);
});
