import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ErrorCode } from '../../src/contracts/errors.ts';
import { eventsOf, makeCodexHarness, script, sessionOf } from '../drivers/codexHarness.ts';

const failures: readonly {
  readonly steps: readonly string[];
  readonly code: ErrorCode;
  readonly retryable: boolean;
}[] = [
  { steps: ['error 401 Incorrect API key.'], code: 'credential_expired', retryable: false },
  { steps: ['error 403 Not for you.'], code: 'permission_denied', retryable: false },
  { steps: ['error 404 model_not_found No such model.'], code: 'model_not_found', retryable: false },
  {
    steps: ['error 429 rate_limit_exceeded retry-after=0 Slow down.'],
    code: 'rate_limited',
    retryable: true,
  },
  { steps: ['error 429 insufficient_quota Pay first.'], code: 'quota_exceeded', retryable: false },
  { steps: ['error 500 It broke.'], code: 'upstream_unavailable', retryable: true },
  { steps: ['error 503 Busy.'], code: 'upstream_unavailable', retryable: true },
  { steps: ['error 400 Bad request.'], code: 'invalid_arguments', retryable: false },
  { steps: ['error 400 context_length_exceeded Too long.'], code: 'context_full', retryable: false },
  { steps: ['say Half a', 'cut'], code: 'invalid_response', retryable: true },
];

test('each failure of the model becomes its code, and the session can be resumed', async t => {
  const { run } = await makeCodexHarness(t);
  await Promise.all(
    failures.map(async ({ steps, code, retryable }) => {
      const failed = await run(script(...steps));
      assert.equal(failed.end.outcome, 'failed', steps.join());
      assert.equal(failed.end.error?.code, code, `${steps.join()}: ${failed.end.error?.message}`);
      assert.equal(failed.end.error?.retryable, retryable);
      assert.ok(failed.end.error?.message);
      const next = await run(script('say Well again.'), { session: sessionOf(failed) });
      assert.equal(next.end.result, 'Well again.');
    }),
  );
});

test('a failure that Codex repeats by itself is an error event with will_retry, and the turn goes on', async t => {
  const { start, models } = await makeCodexHarness(t, {
    config: url =>
      `model = "gpt-5.5"\nmodel_provider = "s"\n[model_providers.s]\nname = "s"\nbase_url = "${url}/v1"\nenv_key = "SCRIPTED_KEY"\nstream_max_retries = 20\nrequest_max_retries = 0\n`,
  });
  const { turn, ...recorded } = start(script('error-until well 503 Busy.', 'say Well again.'), {});
  const opening = setInterval(() => {
    if (eventsOf(recorded, 'error').length > 0) models.gates.open('well');
  }, 10);
  const end = await turn.ended;
  clearInterval(opening);
  assert.equal(end.result, 'Well again.');
  const [error] = eventsOf(recorded, 'error');
  assert.equal(error?.will_retry, true);
  assert.equal(error?.error.code, 'upstream_unavailable');
});

test('a refused connection ends the turn instead of waiting for the network', async t => {
  const { run } = await makeCodexHarness(t, {
    config: () =>
      'model_provider = "s"\n[model_providers.s]\nname = "s"\nbase_url = "http://127.0.0.1:9/v1"\nenv_key = "SCRIPTED_KEY"\nstream_max_retries = 1\nrequest_max_retries = 1\n',
  });
  const turn = await run('hello');
  assert.equal(turn.end.outcome, 'failed');
  assert.equal(turn.end.error?.code, 'upstream_unavailable');
});

test('without a credential the turn is credential_missing at once, and nothing is sent', async t => {
  for (const options of [{ config: () => '' }, { environment: { SCRIPTED_KEY: '' } }]) {
    const { run, models } = await makeCodexHarness(t, options);
    const turn = await run('hello');
    assert.equal(turn.end.outcome, 'failed');
    assert.equal(turn.end.error?.code, 'credential_missing', turn.end.error?.message);
    assert.ok(turn.end.error?.hint);
    assert.deepEqual(models.requests(), []);
  }
});

test('once the person has signed in, the next turn works, whoever asked before', async t => {
  const config = (url: string) =>
    `model_provider = "s"\n[model_providers.s]\nname = "s"\nbase_url = "${url}/v1"\nrequires_openai_auth = true\n`;
  for (const before of ['turn', 'health'] as const) {
    const { run, driver, home } = await makeCodexHarness(t, { config });
    if (before === 'turn') assert.equal((await run('hello')).end.error?.code, 'credential_missing');
    else assert.equal((await driver.checkHealth(AbortSignal.timeout(20_000))).signed_in, 'no');
    const login = { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-scripted' };
    await writeFile(join(home, '.codex', 'auth.json'), JSON.stringify(login), { mode: 0o600 });
    const { end } = await run(script('say Signed in.'));
    assert.equal(end.result, 'Signed in.', end.error?.message);
  }
});

test('a config that Codex cannot read is said', async t => {
  const { run } = await makeCodexHarness(t, { config: () => 'model = [broken' });
  const turn = await run('hello');
  assert.equal(turn.end.outcome, 'failed');
  assert.equal(turn.end.error?.code, 'invalid_arguments', turn.end.error?.message);
});

test('a silent provider gets a notice and stays alive', async t => {
  const { start, models } = await makeCodexHarness(t, { silenceMs: 300 });
  const { turn, ...recorded } = start(script('gate quiet', 'say Awake.'), {});
  await models.gates.arrival('quiet');
  const opening = setInterval(() => {
    if (eventsOf(recorded, 'notice').some(event => /silent/.test(event.text))) models.gates.open('quiet');
  }, 10);
  const end = await turn.ended;
  clearInterval(opening);
  assert.equal(end.result, 'Awake.');
});
