import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeHarness, outputsOf, script, textOf } from './claudeCodeHarness.ts';
import { startToolServer } from './claudeToolServer.ts';

const note = (text: string) => `mcp agentdock note ${JSON.stringify({ text })}`;

function agentCall(more: object = {}): string {
  const prompt = script(note('from the sub-agent'), 'shell echo [msg-1]', 'say back');
  const input = { description: 'look around', subagent_type: 'general-purpose', prompt, ...more };
  return `tool Agent ${JSON.stringify(input)}`;
}

const own = note('from the thread');
const ownCalls = [{ tool: 'note', args: { text: 'from the thread' } }];

for (const [kind, more, settings] of [
  ['a sub-agent', {}, {}],
  ['a sub-agent in the background', { run_in_background: true }, {}],
  ['a sub-agent of a person who switched hooks off', {}, { disableAllHooks: true }],
] as const) {
  test(`claude_code: AgentDock's tools are the thread's own: ${kind} is refused them, with a reason`, async t => {
    const { run, home } = await makeHarness(t);
    await mkdir(join(home, '.claude'), { recursive: true });
    await writeFile(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
    const tools = await startToolServer(t);
    const { end, events, permissions } = await run(script(agentCall(more), own, 'say Over.'), { tools });
    assert.equal(end.outcome, 'completed');
    assert.deepEqual(tools.calls, ownCalls);
    assert.deepEqual(permissions, []);
    const ends = eventsOf(events, 'tool.ended');
    const refused = ends.filter(({ status }) => status === 'declined');
    assert.deepEqual(outputsOf(refused).length, 1);
    assert.match(outputsOf(refused)[0] ?? '', /the thread's own/);
    // What only the sub-agent's model has read is told apart.
    assert.deepEqual(
      ends.filter(event => event.in_sub_agent === true).map(({ status }) => status),
      ['declined', 'completed'],
    );
  });
}

test("claude_code: in its terminal too, a sub-agent is refused AgentDock's tools", async t => {
  const { startInTerminal, requests } = await makeHarness(t);
  const tools = await startToolServer(t);
  const { turn, events } = startInTerminal(script(agentCall(), own, 'say Over.'), {
    threadId: `thread-${crypto.randomUUID()}`,
    permissionMode: 'full',
    tools,
    toolsReached: () => tools.reached,
  });
  await waitFor('the agent to end', () => textOf(events, 'text') === 'Over.');
  assert.deepEqual(tools.calls, ownCalls);
  assert.ok(requests().some(({ toolResults }) => /the thread's own/.test(toolResults[0] ?? '')));
  const starts = eventsOf(events, 'tool.started');
  const ends = eventsOf(events, 'tool.ended');
  assert.deepEqual(new Set(ends.map(({ item }) => item)), new Set(starts.map(({ item }) => item)));
  assert.deepEqual(
    ends.filter(event => event.in_sub_agent === true).map(({ status }) => status),
    ['declined', 'completed'],
  );
  await turn.interrupt();
});
