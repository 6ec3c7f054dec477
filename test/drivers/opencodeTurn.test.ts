import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fingerprint } from '../models/plan.ts';
import { waitFor } from '../support/waitFor.ts';
import {
  eventsOf,
  type Harness,
  makeHarness,
  outputsOf,
  script,
  sessionRef,
  textOf,
} from './opencodeHarness.ts';

/** One server for the whole file: it takes 0.6 GB. */
let harness: Harness;
before(async () => {
  harness = await makeHarness();
});
after(() => harness.close());

test('opencode: a new turn gives the scripted answer, its facts in order and its events', async () => {
  const { run, requests } = harness;
  const prompt = script(
    'think hm, well',
    'say I begin.',
    'shell echo from-the-shell; exit 3',
    'write made.txt hello',
    'say All done.',
    'usage 100 20',
  );
  const { end, calls, events, sessions, processes } = await run(prompt);
  assert.deepEqual(end.error, undefined);
  assert.equal(end.outcome, 'completed');
  assert.equal(end.result, 'All done.');
  assert.deepEqual(calls, ['processStarted', 'sessionBound', 'promptSending', 'turnStarted', 'event']);
  assert.equal(processes[0]?.shared, true);
  assert.equal(requests()[0]?.sessionHint, sessions[0]?.id);
  assert.equal(textOf(events, 'reasoning'), 'hm, well');
  assert.equal(textOf(events, 'text'), 'I begin.All done.');
  const tools = eventsOf(events, 'tool.started').map(({ name, title }) => `${name}: ${title}`);
  assert.deepEqual(tools, [
    'bash: echo from-the-shell; exit 3',
    `write: ${join(harness.workspace, 'made.txt')}`,
  ]);
  const [shell] = eventsOf(events, 'tool.ended');
  assert.deepEqual([shell?.exit_code, shell?.status], [3, 'failed']);
  assert.match(outputsOf(events)[0] ?? '', /from-the-shell/);
  assert.deepEqual(eventsOf(events, 'file.changed'), [
    { type: 'file.changed', path: 'made.txt', kind: 'add' },
  ]);
  assert.deepEqual(end.usage, eventsOf(events, 'usage').at(-1)?.usage);
  assert.ok((end.usage?.output_tokens ?? 0) >= 20);
  assert.deepEqual(eventsOf(events, 'unparsed'), []);
});

test('opencode: text comes in pieces of one item, and only once', async () => {
  const text = 'A longer answer that the model streams in several pieces, one after the other, to its end.';
  const { events } = await harness.run(script(`say ${text}`));
  const pieces = eventsOf(events, 'text');
  assert.ok(pieces.length > 2);
  assert.equal(new Set(pieces.map(piece => piece.item)).size, 1);
  assert.equal(textOf(events, 'text'), text);
  assert.deepEqual(pieces.map(({ done }) => done ?? false).indexOf(true), pieces.length - 1);
});

test('opencode: resume continues the same session with earlier turns and their tool calls', async () => {
  const { run, requests } = harness;
  const first = await run(script('shell echo one', 'remember apple'));
  const second = await run(script('recall', 'usage 50 7'), { session: first.session });
  assert.deepEqual(second.session?.id, first.session?.id);
  assert.equal(second.end.result, 'earlier prompts: 1; tool calls: 1; tool results: 1; words: apple');
  assert.equal(requests().at(-1)?.sessionHint, first.session?.id);
  assert.equal(requests().at(-1)?.userTurns.length, 2);
  assert.equal(second.end.usage?.output_tokens, 7);
  assert.deepEqual(second.processes, first.processes);
});

test('opencode: resume goes on in the folder the session is recorded under', async () => {
  const { run, workspace } = harness;
  const folder = join(workspace, 'sub');
  await mkdir(folder);
  const first = await run(script('remember pear'), { workingDir: folder });
  const session = { ...sessionRef(first.session?.id ?? ''), working_dir: 'sub' };
  const second = await run(script('shell pwd', 'report'), { session, workingDir: workspace });
  assert.equal(second.end.result?.trim(), folder);
});

test('opencode: a session that is gone or lies elsewhere is not found', async () => {
  const { run } = harness;
  for (const id of ['ses_gone000000000000000000', '../../etc']) {
    const { end, calls } = await run('hello', { session: sessionRef(id) });
    assert.equal(end.error?.code, 'not_found');
    assert.equal(end.outcome, 'failed');
    assert.deepEqual(calls, ['processStarted']);
  }
  const first = await run(script('say here'));
  const elsewhere = { ...sessionRef(first.session?.id ?? ''), working_dir: 'other' };
  await mkdir(join(harness.workspace, 'other'));
  const { end } = await run('hello', { session: elsewhere });
  assert.equal(end.error?.code, 'not_found');
});

test('opencode: a message reaches the running turn, and one that comes too late is refused', async () => {
  const { start, models } = harness;
  const { turn, events } = start(script('gate steer-one', 'shell true', 'heard'));
  await models.gates.arrival('steer-one');
  await turn.steer('- and the tests too');
  models.gates.open('steer-one');
  const end = await turn.ended;
  assert.equal(end.outcome, 'completed');
  assert.match(end.result ?? '', /and the tests too/);
  assert.deepEqual(eventsOf(events, 'steered'), [{ type: 'steered', text: { text: '- and the tests too' } }]);
  await assert.rejects(turn.steer('late'), { code: 'conflict' });
});

test('opencode: prompts reach the model byte for byte', async () => {
  const tail = `\n${script('echo')}`;
  const beginnings = [
    '-x --help',
    '/init',
    '!ls',
    '@made.txt',
    '  \n\t"quoted" \u0001\u2028 \u{1F680} é\r\n',
    '',
  ];
  const prompts = [...beginnings.map(text => text + tail), `${'ä'.repeat(1_000_000)}${tail}`];
  for (const prompt of prompts) {
    const { end } = await harness.run(prompt);
    assert.equal(end.result, fingerprint(prompt));
  }
});

test('opencode: instructions and AGENTS.md reach the model beside its own system prompt', async () => {
  const { run, workspace, requests } = harness;
  const folder = join(workspace, 'told');
  await mkdir(folder);
  await writeFile(join(workspace, 'AGENTS.md'), 'Top rule: be brief.');
  await writeFile(join(folder, 'AGENTS.md'), 'Inner rule: be kind.');
  await run('hello', { workingDir: folder, instructions: 'You are worker seven.' });
  const system = requests().at(-1)?.system ?? '';
  for (const text of ['You are worker seven.', 'Top rule: be brief.', 'Inner rule: be kind.', 'opencode']) {
    assert.ok(system.toLowerCase().includes(text.toLowerCase()), text);
  }
});

test('opencode: config of the repository is not used, and its plugins are named', async () => {
  const { run, workspace } = harness;
  const folder = join(workspace, 'cloned');
  await mkdir(join(folder, '.opencode', 'plugin'), { recursive: true });
  await writeFile(
    join(folder, 'opencode.json'),
    JSON.stringify({ model: 'evil/model', permission: 'allow' }),
  );
  const plugin = join(folder, '.opencode', 'plugin', 'theirs.js');
  await writeFile(plugin, 'export const Theirs = async () => ({});');
  const { end, events } = await run(script('say fine'), { workingDir: folder });
  assert.equal(end.result, 'fine');
  assert.ok(eventsOf(events, 'notice').some(({ text }) => text.includes(plugin)));
});

test('opencode: shells carry the thread’s mark, and nothing of the server’s own', async () => {
  const { run } = harness;
  const command =
    'env | cut -d= -f1,2 | grep -E "^(AGENTDOCK|OPENCODE|npm_config|TMPDIR)" | sort | tr "\\n" " "';
  const { end, request } = await run(script(`shell ${command}`, 'report'));
  const names = (end.result ?? '').split(' ').filter(text => text !== '');
  assert.ok(names.includes(`AGENTDOCK_THREAD=${request.threadId}`));
  assert.ok(names.some(name => name.startsWith('AGENTDOCK_HOST=')));
  assert.ok(names.includes(`TMPDIR=${join(harness.home, 'tmp')}`));
  assert.equal(
    names.find(name => /PASSWORD|CONFIG_CONTENT|PROJECT_CONFIG|npm_config/.test(name)),
    undefined,
  );
});

test('opencode: a sub-agent works under its parent’s mark, and its text is not the answer', async () => {
  const { run } = harness;
  const child = script('shell echo child of $AGENTDOCK_THREAD', 'report').replaceAll('\n', '\\n');
  const task = `{"description":"look","subagent_type":"general","prompt":"${child}"}`;
  const { end, events, request } = await run(script(`tool task ${task}`, 'say Parent done.'));
  assert.equal(end.result, 'Parent done.');
  assert.equal(textOf(events, 'text'), 'Parent done.');
  assert.ok(outputsOf(events).some(text => text.includes(`child of ${request.threadId}`)));
  assert.deepEqual(
    eventsOf(events, 'tool.started').map(({ name }) => name),
    ['task', 'bash'],
  );
});

test('opencode: two threads at once share one server and get their own answers', async () => {
  const { start, models } = harness;
  const prompts = ['one', 'two'].map(name => script(`gate both-${name}`, `say answer ${name}`));
  const turns = prompts.map(prompt => start(prompt));
  await Promise.all(['both-one', 'both-two'].map(name => models.gates.arrival(name)));
  for (const name of ['both-two', 'both-one']) models.gates.open(name);
  const ends = await Promise.all(turns.map(({ turn }) => turn.ended));
  assert.deepEqual(
    ends.map(({ result }) => result),
    ['answer one', 'answer two'],
  );
  assert.deepEqual(turns[0]?.processes, turns[1]?.processes);
});

test('opencode: a command’s output is told while it runs', async () => {
  const { start } = harness;
  const { turn, events } = start(
    script(
      'shell echo early; until test -e on; do sleep 0.05; done; echo late; until test -e end; do sleep 0.05; done',
      'say end',
    ),
  );
  const told = () =>
    eventsOf(events, 'tool.progress')
      .map(({ text }) => text)
      .join('');
  await waitFor('the first output', () => told() === 'early\n');
  await writeFile(join(harness.workspace, 'on'), '');
  await waitFor('the second output', () => told() === 'early\nlate\n');
  assert.equal(eventsOf(events, 'tool.ended').length, 0);
  await writeFile(join(harness.workspace, 'end'), '');
  await turn.ended;
  assert.equal(told(), 'early\nlate\n');
});
