import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprint } from '../models/plan.ts';
import { waitFor } from '../support/waitFor.ts';
import { eventsOf, makeCodexHarness, script, sessionOf } from './codexHarness.ts';

test('a turn tells its facts in order and ends with the scripted answer, its usage and its file', async t => {
  const { run, workspace, models } = await makeCodexHarness(t);
  const turn = await run(
    script(
      'think A file is needed.',
      'say I begin.',
      'write made.txt hello\\n',
      'shell echo out; exit 3',
      'say All done.',
    ),
  );

  assert.deepEqual(turn.calls, ['processStarted', 'sessionBound', 'promptSending', 'turnStarted', 'event']);
  assert.equal(turn.end.outcome, 'completed');
  assert.equal(turn.end.result, 'All done.');
  assert.equal(await readFile(join(workspace, 'made.txt'), 'utf8'), 'hello\n');

  const text = eventsOf(turn, 'text')
    .map(event => event.text)
    .join('');
  assert.equal(text, 'I begin.All done.');
  assert.equal(
    eventsOf(turn, 'reasoning')
      .map(event => event.text)
      .join(''),
    'A file is needed.',
  );
  const [patch, shell] = eventsOf(turn, 'tool.started');
  assert.equal(patch?.name, 'apply_patch');
  assert.equal(shell?.name, 'exec_command');
  assert.equal(shell?.title, 'echo out; exit 3');
  const ended = eventsOf(turn, 'tool.ended').find(event => event.item === shell?.item);
  assert.deepEqual(ended, {
    type: 'tool.ended',
    item: shell?.item,
    status: 'failed',
    output: { text: 'out\n' },
    exit_code: 3,
  });
  assert.deepEqual(
    eventsOf(turn, 'file.changed').map(({ path, kind }) => ({ path, kind })),
    [{ path: join(workspace, 'made.txt'), kind: 'add' }],
  );
  assert.deepEqual(eventsOf(turn, 'unparsed'), []);
  assert.ok((turn.end.usage?.output_tokens ?? 0) > 0);
  assert.deepEqual(
    eventsOf(turn, 'usage').map(event => event.usage),
    [turn.end.usage],
  );
  assert.ok(models.requests()[0]?.system.includes('You are a worker of AgentDock.'));
});

test('a resumed turn continues the same session, with its own usage', async t => {
  const { run, models } = await makeCodexHarness(t);
  const first = await run(script('usage 1000 50', 'remember apple', 'shell true'));
  models.clearRequests();
  const second = await run(script('usage 7 3', 'recall'), { session: sessionOf(first) });

  assert.equal(sessionOf(second).id, sessionOf(first).id);
  assert.equal(second.end.result, 'earlier prompts: 1; tool calls: 1; tool results: 1; words: apple');
  assert.equal(second.end.usage?.input_tokens, 7);
  assert.equal(second.end.usage?.output_tokens, 3);
});

test('a session whose prompt never left can be resumed', async t => {
  const { run } = await makeCodexHarness(t);
  const first = await run('hello', {
    onFact: name => {
      if (name === 'promptSending') throw new Error('stop here');
    },
  });
  assert.equal(first.end.outcome, 'failed');
  const second = await run(script('recall'), { session: sessionOf(first) });
  assert.equal(second.end.result, 'earlier prompts: 0; tool calls: 0; tool results: 0; words: none');
});

test('an unknown session is not_found with a hint, and nothing reaches the model', async t => {
  const { run, models } = await makeCodexHarness(t);
  for (const id of ['01a20650-2204-7bc0-bbff-4aabf2c6daaa', 'no-uuid']) {
    const turn = await run('hello', {
      session: { id, bound_at: new Date().toISOString(), working_dir: '.' },
    });
    assert.equal(turn.end.outcome, 'failed');
    assert.equal(turn.end.error?.code, 'not_found');
    assert.ok(turn.end.error?.hint);
  }
  assert.deepEqual(models.requests(), []);
});

test('a message steers the running turn and is told as steered; afterwards it is a conflict', async t => {
  const { start, workspace } = await makeCodexHarness(t);
  const { turn, ...recorded } = start(script('shell while [ ! -e go ]; do sleep 0.05; done', 'heard'));
  await waitFor('the command', () => eventsOf(recorded, 'tool.started').length > 0);
  const steering = turn.steer('Use the blue one.');
  await writeFile(join(workspace, 'go'), '');
  await steering;
  const end = await turn.ended;
  assert.equal(end.result, 'heard: Use the blue one.');
  assert.deepEqual(
    eventsOf(recorded, 'steered').map(event => event.text),
    [{ text: 'Use the blue one.' }],
  );
  await assert.rejects(turn.steer('too late'), { code: 'conflict' });
});

test('prompts with odd beginnings and any Unicode arrive byte for byte', async t => {
  const { run } = await makeCodexHarness(t);
  const beginnings = [
    '-x --help',
    '/compact',
    '!ls',
    '@file',
    '$skill',
    ' \t\n',
    '\u{feff}\u{1f469}\u200d\u{1f680}é\u0301\u2028',
    '"; rm',
  ];
  const turns = beginnings.map(async beginning => {
    const prompt = `${beginning}\n${script('echo')}\r\n  `;
    const { end } = await run(prompt);
    assert.equal(end.result, fingerprint(prompt), beginning);
  });
  await Promise.all(turns);
});

test('a prompt of 2 MB arrives byte for byte', async t => {
  const { run } = await makeCodexHarness(t);
  const prompt = `${'0123456789 é\n'.repeat(150_000)}${script('echo')}`;
  assert.ok(Buffer.byteLength(prompt) > 2_000_000);
  const { end } = await run(prompt);
  assert.equal(end.result, fingerprint(prompt));
});

test('a prompt larger than the model’s window is context_full instead of being cut', async t => {
  const { run, models } = await makeCodexHarness(t);
  const { end } = await run(`${'0123456789 é\n'.repeat(150_000)}${script('echo')}`, {
    model: 'a-model-with-the-usual-window',
  });
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.code, 'context_full');
  assert.ok(models.requests().length <= 1);
});
