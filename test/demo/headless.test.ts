import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHeadless } from '../../scripts/demo/headless.ts';
import { startDemo } from './demoProcess.ts';

test('npm start -- --headless shows the fleet, resumes one worker in its own session and leaves nothing', async t => {
  // Also from the terminal of an agent: the demo plays the person.
  const demo = await startDemo(t, ['--headless'], { CLAUDECODE: '1' });
  assert.equal(await demo.ended, 0, demo.output());
  const session = '(?:[0-9a-f]{8}-[0-9a-f-]{27}|ses_\\w+)';
  for (const [provider, turns, result] of [
    ['codex', 2, 'The test is in place.*earlier prompts: 1; .*words: settings'],
    ['claude_code', 1, 'One finding, in docs/api-review.md'],
    ['opencode', 1, 'The entry is in CHANGELOG.md'],
  ]) {
    assert.match(demo.output(), new RegExp(` s  ${provider} +\\w+: running$`, 'm'));
    const row = `^${provider} +completed +${turns} +[\\d.]+ s +${session} +${result}`;
    assert.match(demo.output(), new RegExp(row, 'm'));
  }
  assert.deepEqual(await readdir(demo.temporary), []);
  assert.deepEqual(demo.left(), []);
});

test('Ctrl+C in the middle ends the host, its agents and the demo’s folder before the prompt is back', async t => {
  const demo = await startDemo(t, ['--headless']);
  await demo.says(/codex +\w+: running/);
  demo.interrupt();
  assert.equal(await demo.ended, 130, demo.output());
  assert.match(demo.output(), /Ending the demo/);
  assert.deepEqual(await readdir(demo.temporary), []);
  assert.deepEqual(demo.left(), []);
});

test('a CLI that cannot be run is the reason the demo fails', async () => {
  const missing = join(import.meta.dirname, 'no-such-opencode');
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  assert.equal(await runHeadless({ say, env: { AGENTDOCK_OPENCODE_BIN: missing } }), 1);
  assert.match(lines.join('\n'), /^opencode is failed: .*\(provider_missing\)$/m);
});

test('a demo that cannot begin ends with the reason and not with 0', async t => {
  const demo = await startDemo(t, ['--headless'], { TMPDIR: join(import.meta.dirname, 'no-such-folder') });
  assert.equal(await demo.ended, 1);
  assert.match(demo.output(), /ENOENT.*no-such-folder/);
});
