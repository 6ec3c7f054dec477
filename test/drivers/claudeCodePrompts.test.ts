import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprint } from '../models/plan.ts';
import { makeHarness, script } from './claudeCodeHarness.ts';

const beginnings = [
  '/compact now',
  '/nonsense',
  '  /clear',
  '/',
  '-p --help',
  '!touch bang',
  '#remember this',
  '@made.txt',
  '\u0001\u200b\u202e\u{1F680} ÅÄÖ \r\n\t \ufeff',
];

test('claude_code: prompts with odd beginnings reach the model byte for byte', async t => {
  const { run, models, workspace } = await makeHarness(t);
  await writeFile(join(workspace, 'made.txt'), 'a file to mention');
  for (const beginning of beginnings) {
    models.clearRequests();
    const prompt = `${beginning}\n${script('echo')}\n  trailing space \n`;
    const { end } = await run(prompt);
    assert.equal(end.result, fingerprint(prompt), JSON.stringify(beginning));
    assert.equal(models.requests().filter(request => !request.side).length, 1, JSON.stringify(beginning));
  }
});

test('claude_code: a prompt of 2 MB reaches the model byte for byte, also when it begins with a slash', async t => {
  const { run } = await makeHarness(t);
  for (const beginning of ['', '/']) {
    const prompt = `${beginning}${'Zeile über Zeile — 漢字 '.repeat(80_000)}\n${script('echo')}`;
    assert.ok(Buffer.byteLength(prompt) > 2 * 1024 * 1024);
    const { end } = await run(prompt);
    assert.equal(end.result, fingerprint(prompt));
  }
});

test('claude_code: a slash prompt is still itself when its session is resumed', async t => {
  const { run, models } = await makeHarness(t);
  const prompt = `/compact\n${script('say one')}`;
  const first = await run(prompt);
  await run('and now?', { session: first.session });
  assert.deepEqual(models.requests().findLast(request => !request.side)?.userTurns, [prompt, 'and now?']);
});
