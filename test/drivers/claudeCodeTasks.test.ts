import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeHarness, outputsOf, script, textOf } from './claudeCodeHarness.ts';

function agentCall(prompt: string, more: object = {}): string {
  const input = { description: 'look around', subagent_type: 'general-purpose', prompt, ...more };
  return `tool Agent ${JSON.stringify(input)}`;
}

test('claude_code: a sub-agent’s words and end are not the turn’s', async t => {
  const { run } = await makeHarness(t);
  const sub = script('shell echo in-the-sub-agent', 'say words of the sub-agent');
  const { end, events } = await run(script(agentCall(sub), 'say words of the thread'));
  assert.deepEqual([end.outcome, end.result], ['completed', 'words of the thread']);
  assert.equal(textOf(events, 'text'), 'words of the thread');
  const [agent] = eventsOf(events, 'tool.started');
  assert.equal(agent?.name, 'Agent');
  assert.match(outputsOf(events).at(-1) ?? '', /words of the sub-agent/);
  assert.equal(eventsOf(events, 'tool.ended').at(-1)?.item, agent?.item);
});

test('claude_code: the turn goes on when a background command ends, and ends after that', async t => {
  const { start, models, workspace } = await makeHarness(t);
  const command = 'while [ ! -e go ]; do sleep 0.05; done; echo ready';
  const background = `tool Bash ${JSON.stringify({ command, run_in_background: true })}`;
  const { turn, events } = start(script(background, 'say waiting for it'));
  await waitFor('the end of the answer', () => eventsOf(events, 'notice').length);
  await writeFile(join(workspace, 'go'), '');
  const end = await turn.ended;
  assert.equal(end.outcome, 'completed');
  // The script is used up: the CLI asked the model once more when the command had ended.
  assert.equal(models.requests().filter(request => !request.side).length, 3);
  assert.equal(eventsOf(events, 'notice').length, 1);
});

test('claude_code: the turn waits for a background sub-agent, whose permissions are still answered', async t => {
  const { run } = await makeHarness(t);
  const sub = script('write sub.txt made', 'say done in the background');
  const { end, permissions, events } = await run(
    script(agentCall(sub, { run_in_background: true }), 'say waiting for it'),
    {
      permissionMode: 'ask',
    },
  );
  assert.equal(end.outcome, 'completed');
  assert.deepEqual(
    permissions.map(({ tool }) => tool),
    ['Write'],
  );
  assert.deepEqual(
    eventsOf(events, 'tool.progress').map(({ text }) => text),
    ['done in the background\n'],
  );
  assert.doesNotMatch(textOf(events, 'text'), /done in the background/);
});

test('claude_code: interrupt while only a background command runs ends the turn and the command', async t => {
  const { start } = await makeHarness(t);
  const background = `tool Bash ${JSON.stringify({ command: 'sleep 300', run_in_background: true })}`;
  const { turn, events } = start(script(background, 'say waiting for it'));
  await waitFor('the end of the answer', () => eventsOf(events, 'notice').length);
  await turn.interrupt();
  const end = await turn.ended;
  assert.deepEqual([end.outcome, end.result], ['interrupted', 'waiting for it']);
});

test('claude_code: tools that promise something for later are not offered', async t => {
  const { run, requests } = await makeHarness(t);
  await run(script('say one'));
  const offered = requests()[0]?.toolsOffered ?? [];
  assert.ok(offered.includes('Bash') && offered.includes('Write'));
  for (const name of ['CronCreate', 'ScheduleWakeup', 'EnterWorktree'])
    assert.ok(!offered.includes(name), name);
});
