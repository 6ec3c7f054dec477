import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeAgentHome } from '../clis/environment.ts';
import { runCli } from '../clis/runCli.ts';
import { fingerprint } from '../models/plan.ts';
import type { RequestRecord } from '../models/requestLog.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';

interface Harness {
  readonly models: ModelServer;
  readonly cwd: string;
  run(bin: 'CODEX' | 'CLAUDE' | 'OPENCODE', args: readonly string[], prompt: string): Promise<string>;
}

async function makeHarness(t: TestContext): Promise<Harness> {
  const models = await startModelServer();
  t.after(() => models.close());
  const { home, env, dispose } = await makeAgentHome({ modelUrl: models.url });
  t.after(dispose);
  const cwd = join(home, 'work');
  await mkdir(cwd);
  const run: Harness['run'] = (bin, args, prompt) =>
    runCli({ binary: env[`AGENTDOCK_${bin}_BIN`] ?? '', args, cwd, env, prompt });
  return { models, cwd, run };
}

const first = `Try all of it.
<<script
think First a look around.
say Starting.
shell echo hi-from-shell
write made.txt one\\ntwo
remember apple
say All done.
script>>`;
const second = '  -/!@ Ünï 😀\tcode\r\n<<script\nrecall\necho\nscript>>\n';
const firstAnswer = 'I will remember apple.\nAll done.';
const secondAnswer = `earlier prompts: 1; tool calls: 2; tool results: 2; words: apple\n${fingerprint(second)}`;

/** What the server saw: one session, the earlier turn as messages of its own with their calls, the prompt intact. */
async function checkSession({ models, cwd }: Harness, sessionId: string | undefined): Promise<void> {
  assert.equal((await readFile(join(cwd, 'made.txt'), 'utf8')).trimEnd(), 'one\ntwo');
  const requests = models.requests().filter(record => !record.side);
  assert.deepEqual(new Set(requests.map(record => record.sessionHint)), new Set([sessionId]));
  const last: RequestRecord | undefined = requests.at(-1);
  assert.deepEqual(last?.userTurns, [first, second]);
  assert.deepEqual(last?.answers, ['Starting.', firstAnswer]);
  assert.equal(last?.toolCalls.length, 2);
  assert.match(last?.toolResults[0] ?? '', /hi-from-shell/);
  assert.equal(last?.cwd, cwd);
}

test('codex exec runs a script and resumes its session', async t => {
  const harness = await makeHarness(t);
  const base = ['exec', '--json', '--skip-git-repo-check', '-C', harness.cwd, '-s', 'workspace-write'];
  const started = await harness.run('CODEX', [...base, '-'], first);
  assert.ok(started.includes(JSON.stringify(firstAnswer)));
  const id = /"thread_id":"([^"]+)"/.exec(started)?.[1];
  const resumed = await harness.run('CODEX', [...base, 'resume', id ?? '', '-'], second);
  assert.ok(resumed.includes(JSON.stringify(secondAnswer)), resumed);
  await checkSession(harness, id);
});

test('codex exec runs a script on a model whose only tool is JavaScript', async t => {
  const harness = await makeHarness(t);
  const flags = ['--json', '--skip-git-repo-check', '-C', harness.cwd, '-s', 'workspace-write'];
  const output = await harness.run('CODEX', ['exec', ...flags, '-m', 'gpt-6-sol', '-'], first);
  assert.ok(output.includes(JSON.stringify(firstAnswer)), output);
  assert.equal(await readFile(join(harness.cwd, 'made.txt'), 'utf8'), 'one\ntwo\n');
  assert.match(harness.models.requests().at(-1)?.toolResults[0] ?? '', /hi-from-shell/);
});

test('claude -p runs a script and resumes its session', async t => {
  const harness = await makeHarness(t);
  const id = randomUUID();
  const base = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const args = [...base, '--permission-mode', 'bypassPermissions', '--model', 'opus'];
  const line = (text: string): string =>
    `${JSON.stringify({ type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } })}\n`;
  const started = await harness.run('CLAUDE', [...args, '--session-id', id], line(first));
  assert.ok(started.includes(`"result":${JSON.stringify(firstAnswer)}`), started);
  const resumed = await harness.run('CLAUDE', [...args, '--resume', id], line(second));
  assert.ok(resumed.includes(`"result":${JSON.stringify(secondAnswer)}`), resumed);
  await checkSession(harness, id);
});

test('opencode run runs a script and resumes its session', async t => {
  const harness = await makeHarness(t);
  const args = ['run', '--format', 'json', '--auto'];
  const started = await harness.run('OPENCODE', [...args, '--title', 'Try'], first);
  assert.ok(started.includes(JSON.stringify(firstAnswer)), started);
  const id = /"sessionID":"([^"]+)"/.exec(started)?.[1];
  const resumed = await harness.run('OPENCODE', [...args, '--session', id ?? ''], second);
  assert.ok(resumed.includes(JSON.stringify(secondAnswer)), resumed);
  await checkSession(harness, id);
});
