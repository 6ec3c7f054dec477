import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventsOf, makeHarness, outputsOf, script, textOf } from './claudeCodeHarness.ts';

test('claude_code: a new turn gives the scripted answer, its facts in order and its events', async t => {
  const { run, requests } = await makeHarness(t);
  const prompt = script(
    'think hm, well',
    'say I begin.',
    'shell echo from-the-shell',
    'write made.txt hello',
    'say All done.',
    'usage 100 20',
  );
  const { end, calls, events, sessions, processes } = await run(prompt);
  assert.deepEqual(end.error, undefined);
  assert.equal(end.outcome, 'completed');
  assert.equal(end.result, 'All done.');
  assert.deepEqual(calls.slice(0, 5), [
    'processStarted',
    'sessionBound',
    'promptSending',
    'turnStarted',
    'event',
  ]);
  assert.equal(processes[0]?.shared, false);
  assert.equal(requests()[0]?.sessionHint, sessions[0]?.id);
  assert.match(sessions.at(-1)?.transcriptPath ?? '', new RegExp(`${sessions[0]?.id}\\.jsonl$`));
  assert.equal(textOf(events, 'reasoning'), 'hm, well');
  assert.equal(textOf(events, 'text'), 'I begin.All done.');
  const tools = eventsOf(events, 'tool.started').map(({ name, title }) => `${name}: ${title}`);
  assert.deepEqual(tools.length, 2);
  assert.equal(tools[0], 'Bash: echo from-the-shell');
  assert.deepEqual(outputsOf(events)[0], 'from-the-shell');
  assert.equal(eventsOf(events, 'tool.ended')[0]?.exit_code, 0);
  assert.deepEqual(eventsOf(events, 'file.changed'), [
    { type: 'file.changed', path: 'made.txt', kind: 'add' },
  ]);
  assert.equal(eventsOf(events, 'usage').length, 1);
  assert.equal(end.usage?.output_tokens, eventsOf(events, 'usage')[0]?.usage.output_tokens);
  assert.deepEqual(eventsOf(events, 'unparsed'), []);
});

test('claude_code: text comes in pieces of one item, and only once', async t => {
  const { run } = await makeHarness(t);
  const text = 'A longer answer that the model streams in several pieces, one after the other, to its end.';
  const { events } = await run(script(`say ${text}`));
  const pieces = eventsOf(events, 'text');
  assert.ok(pieces.length > 2);
  assert.equal(new Set(pieces.map(piece => piece.item)).size, 1);
  assert.equal(pieces.map(piece => piece.text).join(''), text);
  assert.equal(pieces.at(-1)?.done, true);
});

test('claude_code: resume continues the same session with earlier turns and their tool calls', async t => {
  const { run, requests } = await makeHarness(t);
  const first = await run(script('shell echo one', 'remember apple'));
  const second = await run(script('recall'), { session: first.session });
  assert.equal(second.session.id, first.session.id);
  assert.equal(second.end.result, 'earlier prompts: 1; tool calls: 1; tool results: 1; words: apple');
  assert.deepEqual(requests().at(-1)?.sessionHint, first.session.id);
  assert.equal(requests().at(-1)?.userTurns.length, 2);
});

test('claude_code: resume from another folder continues the session', async t => {
  const { run, workspace } = await makeHarness(t);
  const first = await run(script('remember pear'));
  const workingDir = join(workspace, 'elsewhere');
  await mkdir(workingDir);
  const second = await run(script('recall'), { session: first.session, workingDir });
  assert.match(second.end.result ?? '', /words: pear/);
  assert.equal(second.session.id, first.session.id);
});

test('claude_code: usage is of the turn alone', async t => {
  const { run } = await makeHarness(t);
  const first = await run(script('usage 1000 50', 'say one'));
  const second = await run(script('usage 2000 70', 'say two'), { session: first.session });
  assert.deepEqual([first.end.usage?.input_tokens, first.end.usage?.output_tokens], [1000, 50]);
  assert.deepEqual([second.end.usage?.input_tokens, second.end.usage?.output_tokens], [2000, 70]);
});

test('claude_code: a session whose transcript was lost is not_found', async t => {
  const { run, requests } = await makeHarness(t);
  const first = await run(script('say one'));
  await rm(first.session.transcript_path ?? '');
  const { end, calls } = await run(script('say two'), { session: first.session });
  assert.equal(end.error?.code, 'not_found');
  assert.deepEqual(calls, []);
  assert.equal(requests().length, 1);
});

test('claude_code: a session that never got a transcript starts under the same id', async t => {
  const { run } = await makeHarness(t);
  const session = {
    id: '0d0c1f62-4d3e-4b3f-9b7a-0c8a5f1f4a11',
    bound_at: new Date().toISOString(),
    working_dir: '.',
  };
  const { end, sessions } = await run(script('say one'), { session });
  assert.equal(end.outcome, 'completed');
  assert.equal(sessions[0]?.id, session.id);
});

test('claude_code: a transcript without a message gives way to a new session', async t => {
  const { run } = await makeHarness(t);
  const first = await run(script('say one'));
  await writeFile(first.session.transcript_path ?? '', '{"type":"queue-operation","operation":"enqueue"}\n');
  const { end, session } = await run(script('say two'), { session: first.session });
  assert.equal(end.outcome, 'completed');
  assert.notEqual(session.id, first.session.id);
});

test('claude_code: a message the session already holds is not run a second time', async t => {
  const { run, requests } = await makeHarness(t);
  const first = await run(script('say one'));
  const again = await run(script('say one'), { session: first.session, messageId: first.request.messageId });
  assert.equal(again.end.error?.code, 'conflict');
  assert.equal(requests().length, 1);
});

test('claude_code: instructions and the CLAUDE.md of the project reach the agent, its hooks and settings do not', async t => {
  const { run, requests, workspace } = await makeHarness(t);
  await mkdir(join(workspace, '.claude'));
  await writeFile(join(workspace, 'CLAUDE.md'), 'Always use tabs. See @docs/rules.md');
  await mkdir(join(workspace, 'docs'));
  await writeFile(join(workspace, 'docs', 'rules.md'), 'Rule forty-two.');
  const hook = { hooks: [{ type: 'command', command: `touch ${join(workspace, 'hook-ran')}` }] };
  await writeFile(
    join(workspace, '.claude', 'settings.json'),
    JSON.stringify({
      model: 'from-the-repository',
      hooks: { SessionStart: [hook], UserPromptSubmit: [hook] },
    }),
  );
  await writeFile(
    join(workspace, '.mcp.json'),
    JSON.stringify({ mcpServers: { evil: { command: 'touch', args: [join(workspace, 'server-ran')] } } }),
  );
  const { end } = await run(script('shell ls'));
  assert.equal(end.outcome, 'completed');
  const system = requests()[0]?.system ?? '';
  assert.match(system, /You are a worker of AgentDock\./);
  assert.match(system, /Always use tabs\./);
  assert.match(system, /Rule forty-two\./);
  assert.notEqual(requests()[0]?.model, 'from-the-repository');
  const listed = requests().at(-1)?.toolResults.at(-1) ?? '';
  assert.doesNotMatch(listed, /hook-ran|server-ran/);
});

test('claude_code: the model is the one asked for, else the person’s, also on resume', async t => {
  const { run, requests, home } = await makeHarness(t);
  await run(script('say one'), { model: 'claude-haiku-4-5' });
  assert.equal(requests().at(-1)?.model, 'claude-haiku-4-5');
  await mkdir(join(home, '.claude'), { recursive: true });
  await writeFile(join(home, '.claude', 'settings.json'), JSON.stringify({ model: 'claude-sonnet-4-5' }));
  const first = await run(script('say one'));
  assert.equal(requests().at(-1)?.model, 'claude-sonnet-4-5');
  await run(script('say two'), { session: first.session });
  assert.equal(requests().at(-1)?.model, 'claude-sonnet-4-5');
});
