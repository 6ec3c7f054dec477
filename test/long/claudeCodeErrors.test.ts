import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventsOf, makeHarness, script } from '../drivers/claudeCodeHarness.ts';
import { noLimit } from '../drivers/harness.ts';
import { waitFor } from '../support/waitFor.ts';

const cases = [
  {
    name: 'a refused key',
    steps: ['error 401 invalid x-api-key'],
    code: 'credential_expired',
    retryable: false,
  },
  {
    name: 'a forbidden model',
    steps: ['error 403 not allowed'],
    code: 'permission_denied',
    retryable: false,
  },
  {
    name: 'an unknown model',
    steps: ['error 404 model: nothing-of-the-kind'],
    code: 'model_not_found',
    retryable: false,
  },
  {
    name: 'a rate limit',
    steps: ['error 429 retry-after=3600 slow down'],
    code: 'rate_limited',
    retryable: true,
  },
  { name: 'a bad request', steps: ['error 400 that was wrong'], code: 'invalid_arguments', retryable: false },
  {
    name: 'no credit',
    steps: ['error 400 Your credit balance is too low to access the Anthropic API.'],
    code: 'quota_exceeded',
    retryable: false,
  },
  {
    name: 'too long a prompt',
    steps: ['error 400 prompt is too long: 250000 tokens > 200000 maximum'],
    code: 'context_full',
    retryable: false,
  },
  { name: 'a failing service', steps: ['error 500 broken'], code: 'upstream_unavailable', retryable: true },
  {
    name: 'a cut connection',
    steps: ['say half an ans', 'cut'],
    code: 'upstream_unavailable',
    retryable: true,
  },
] as const;

test('claude_code: failures of the model service get their codes', async t => {
  const { run } = await makeHarness(t);
  await Promise.all(
    cases.map(async ({ name, steps, code, retryable }) => {
      const { end } = await run(script(...steps));
      assert.deepEqual(
        [end.outcome, end.error?.code, end.error?.retryable],
        ['failed', code, retryable],
        name,
      );
      assert.notEqual(end.error?.message, '', name);
    }),
  );
});

test('claude_code: a failure after which the CLI tries again is told, and does not end the turn', async t => {
  const { start, models } = await makeHarness(t);
  const { turn, events } = start(script('error-until fixed 500 broken', 'say made it'));
  const told = await waitFor('the failure', () => eventsOf(events, 'error')[0]);
  models.gates.open('fixed');
  const end = await turn.ended;
  assert.deepEqual([told.will_retry, told.error.code], [true, 'upstream_unavailable']);
  assert.deepEqual([end.outcome, end.result], ['completed', 'made it']);
});

test('claude_code: after a failed turn the session goes on', async t => {
  const { run } = await makeHarness(t);
  const first = await run(script('remember kiwi', 'shell echo one', 'error 400 that was wrong'));
  assert.equal(first.end.outcome, 'failed');
  const second = await run(script('recall'), { session: first.session });
  assert.match(second.end.result ?? '', /words: kiwi/);
});

test('claude_code: not signed in is credential_missing, and health says so', async t => {
  const { run, driver, requests } = await makeHarness(t, { environment: { ANTHROPIC_API_KEY: undefined } });
  const { end } = await run(script('say one'));
  assert.equal(end.error?.code, 'credential_missing');
  assert.match(end.error?.hint ?? '', /login/);
  assert.deepEqual(requests(), []);
  const health = await driver.checkHealth(noLimit);
  assert.deepEqual([health.installed, health.signed_in, health.status], [true, 'no', 'offline']);
});

test('claude_code: a credential that only the repository names is none', async t => {
  const { driver, workspace } = await makeHarness(t, { environment: { ANTHROPIC_API_KEY: undefined } });
  await mkdir(join(workspace, '.claude'));
  await writeFile(join(workspace, '.claude', 'settings.json'), '{"apiKeyHelper":"echo a-key"}');
  const health = await driver.checkHealth(AbortSignal.timeout(20_000));
  assert.deepEqual([health.signed_in, health.status], ['no', 'offline']);
});

test('claude_code: health of a CLI that is signed in', async t => {
  const { driver } = await makeHarness(t);
  const health = await driver.checkHealth(noLimit);
  assert.deepEqual(
    [health.status, health.signed_in, health.version],
    ['healthy', 'yes', health.tested_version],
  );
});

test('claude_code: a missing CLI is provider_missing with a hint, and nothing is thrown', async t => {
  const { run, driver } = await makeHarness(t, { binary: '/nowhere/claude' });
  const { end, calls } = await run('hello');
  assert.equal(end.error?.code, 'provider_missing');
  assert.match(end.error?.hint ?? '', /npm install/);
  assert.deepEqual(calls, []);
  const health = await driver.checkHealth(noLimit);
  assert.deepEqual([health.installed, health.status], [false, 'offline']);
});

test('claude_code: a working folder that is gone ends the turn with a code', async t => {
  const { run, workspace } = await makeHarness(t);
  const { end } = await run('hello', { workingDir: join(workspace, 'gone') });
  assert.deepEqual([end.outcome, end.error?.code], ['failed', 'not_found']);
});

/** A program in the CLI's place that prints what it is told to. */
async function makeProgram(folder: string, lines: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'claude');
  await writeFile(file, `#!/bin/sh\n${lines}\n`);
  await chmod(file, 0o755);
  return file;
}

test('claude_code: lines that do not parse are kept and do not end the turn; unknown ones are left alone', async t => {
  const outer = await makeHarness(t);
  const binary = await makeProgram(
    join(outer.root, 'bin'),
    [
      'read prompt; uuid=$(echo "$prompt" | sed \'s/.*"uuid":"\\([^"]*\\)".*/\\1/\')',
      'id=$(echo "$*" | sed "s/.*--session-id //")',
      'echo "not json"',
      'echo \'{"type":"brand_new_thing"}\'',
      'echo \'{"type":"assistant","message":7}\'',
      'echo "{\\"type\\":\\"system\\",\\"subtype\\":\\"init\\",\\"session_id\\":\\"$id\\"}"',
      'echo "{\\"type\\":\\"user\\",\\"isReplay\\":true,\\"uuid\\":\\"$uuid\\",\\"message\\":{\\"content\\":[]}}"',
      'echo \'{"type":"result","subtype":"success","is_error":false,"result":"fine"}\'',
      'cat > /dev/null',
    ].join('\n'),
  );
  const { run } = await makeHarness(t, { binary });
  const { end, events } = await run('hello');
  assert.deepEqual([end.outcome, end.result], ['completed', 'fine']);
  assert.deepEqual(
    eventsOf(events, 'unparsed').map(({ line }) => ('text' in line ? line.text : '')),
    ['not json', '{"type":"assistant","message":7}'],
  );
});

test('claude_code: a CLI that lacks an option is version_mismatch', async t => {
  const outer = await makeHarness(t);
  const binary = await makeProgram(
    join(outer.root, 'bin'),
    'echo "error: unknown option \'--x\'" >&2; exit 1',
  );
  const { run } = await makeHarness(t, { binary });
  const { end } = await run('hello');
  assert.equal(end.error?.code, 'version_mismatch');
});

test('claude_code: another session than the thread’s own is refused', async t => {
  const outer = await makeHarness(t);
  const init = '{"type":"system","subtype":"init","session_id":"another"}';
  const binary = await makeProgram(join(outer.root, 'bin'), `read prompt; echo '${init}'; cat > /dev/null`);
  const { run } = await makeHarness(t, { binary });
  const { end } = await run('hello');
  assert.equal(end.error?.code, 'conflict');
});
