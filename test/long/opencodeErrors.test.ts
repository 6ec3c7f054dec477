import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventsOf, type Harness, makeHarness, script, textOf } from '../drivers/opencodeHarness.ts';
import { waitFor } from '../support/waitFor.ts';

let harness: Harness;
let broken: Server;
before(async () => {
  broken = await startBrokenService();
  harness = await makeHarness({ prepare: home => addBrokenProvider(home, broken) });
});
after(async () => {
  await harness.close();
  broken.closeAllConnections();
  broken.close();
});

const scripted = [
  { step: 'error 401 bad key', code: 'credential_expired', retryable: false },
  { step: 'error 402 no money', code: 'quota_exceeded', retryable: false },
  { step: 'error 403 not for you', code: 'permission_denied', retryable: false },
  { step: 'error 404 model_not_found no such model', code: 'model_not_found', retryable: false },
  { step: 'error 400 strange request', code: 'invalid_arguments', retryable: false },
  { step: 'error 429 retry-after=3600 slow down', code: 'rate_limited', retryable: true },
] as const;

for (const { step, code, retryable } of scripted) {
  test(`opencode: \`${step}\` of the model service is ${code}`, async () => {
    const { end, events } = await harness.run(script(step));
    assert.equal(end.outcome, 'failed');
    assert.deepEqual([end.error?.code, end.error?.retryable], [code, retryable]);
    const errors = eventsOf(events, 'error').filter(({ will_retry }) => !will_retry);
    assert.ok(errors.length <= 1, 'told once');
  });
}

test('opencode: a session goes on after a failed turn', async () => {
  const failed = await harness.run(script('error 401 bad key'));
  const next = await harness.run(script('say better now'), { session: failed.session });
  assert.equal(next.end.result, 'better now');
});

test('opencode: a service that is down is told about, and the turn goes on when it is back', async () => {
  const { start, models } = harness;
  const { turn, events } = start(script('error-until up-again 503 down', 'say back'));
  const { error, will_retry } = await waitFor('the failed try', () => eventsOf(events, 'error')[0]);
  assert.deepEqual([error.code, will_retry], ['upstream_unavailable', true]);
  models.gates.open('up-again');
  assert.equal((await turn.ended).result, 'back');
});

test('opencode: a connection cut in the middle is tried again; the turn can be interrupted meanwhile', async () => {
  const { turn, events } = harness.start(script('say half', 'cut'));
  await waitFor('the failed try', () => eventsOf(events, 'error').some(({ will_retry }) => will_retry));
  await turn.interrupt();
  assert.equal((await turn.ended).outcome, 'interrupted');
});

for (const kind of ['html', 'empty', 'json']) {
  test(`opencode: a service that answers with ${kind} that is no answer is invalid_response`, async () => {
    const { end } = await harness.run('hello', { model: `broken/${kind}` });
    assert.equal(end.outcome, 'failed');
    assert.equal(end.error?.code, 'invalid_response');
  });
}

test('opencode: a session that got too long is compacted and goes on; the digest is no answer', async () => {
  const { end, events } = await harness.run(script('error 400 context_length_exceeded too long'));
  assert.equal(end.outcome, 'completed');
  assert.match(end.result ?? '', /^Plain answer/);
  assert.equal(textOf(events, 'text'), end.result);
  assert.deepEqual(
    eventsOf(events, 'error').map(({ error, will_retry }) => [error.code, will_retry]),
    [['context_full', true]],
  );
  assert.ok(eventsOf(events, 'notice').some(({ text }) => /digest/.test(text)));
});

test('opencode: a session that cannot be compacted either is context_full', async () => {
  const { end } = await harness.run('hello', { model: 'broken/overflow' });
  assert.equal(end.outcome, 'failed');
  assert.equal(end.error?.code, 'context_full');
});

test('opencode: a model, provider or effort that is not there is named before anything is sent', async () => {
  const { run, requests } = harness;
  const count = requests().length;
  const wishes = [
    { model: 'scripted/nope', code: 'model_not_found' },
    { model: 'nope', code: 'model_not_found' },
    { model: 'nowhere/model', code: 'credential_missing' },
    { model: 'scripted/scripted-1', effort: 'heroic', code: 'invalid_arguments' },
  ] as const;
  for (const { code, ...wish } of wishes) {
    const { end, calls } = await run('hello', wish);
    assert.equal(end.error?.code, code);
    assert.deepEqual(calls, ['processStarted']);
  }
  assert.equal(requests().length, count);
});

test('opencode: a model can be chosen, by its full name or alone', async () => {
  for (const model of ['scripted/scripted-1', 'scripted-1']) {
    assert.equal((await harness.run(script('say chosen'), { model })).end.result, 'chosen');
  }
});

async function startBrokenService(): Promise<Server> {
  const bodies: Readonly<Record<string, string>> = {
    html: '<html>Please sign in to the hotel network</html>',
    empty: '',
    json: 'data: {"choices": [{oops\n\n',
    overflow: JSON.stringify({ error: { message: 'too long', code: 'context_length_exceeded' } }),
  };
  const types: Readonly<Record<string, string>> = { html: 'text/html', overflow: 'application/json' };
  const server = createServer((request, response) => {
    request.resume();
    const kind = /\/(\w+)\/chat/.exec(request.url ?? '')?.[1] ?? '';
    response.writeHead(kind === 'overflow' ? 400 : 200, {
      'content-type': types[kind] ?? 'text/event-stream',
    });
    response.end(bodies[kind]);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** One provider, whose models differ in their address. */
async function addBrokenProvider(home: string, server: Server): Promise<void> {
  const file = join(home, '.config', 'opencode', 'opencode.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  const { port } = server.address() as AddressInfo;
  const model = (name: string) => ({
    name,
    tool_call: true,
    limit: { context: 200_000, output: 8_000 },
    provider: { npm: '@ai-sdk/openai-compatible', api: `http://127.0.0.1:${port}/${name}` },
  });
  config.enabled_providers.push('broken');
  config.provider.broken = {
    npm: '@ai-sdk/openai-compatible',
    name: 'Broken',
    options: { apiKey: 'key' },
    models: { html: model('html'), empty: model('empty'), json: model('json'), overflow: model('overflow') },
  };
  await writeFile(file, JSON.stringify(config));
}
