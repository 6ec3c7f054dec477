import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { answerCall } from '../../../src/tools/dropFolder/answerClaim.ts';
import { waitFor } from '../../support/waitFor.ts';
import { prepare } from '../toolHarness.ts';
import { errorIn, makeDropHarness, spawnCall, threadIn } from './dropHarness.ts';

/** Brings a claim of `one.json` to a stage and no further, as a host does that is killed there. */
const stages = ['taken', 'kept', 'both', 'called', 'answered', 'half delivered'] as const;

for (const stage of stages) {
  test(`a request whose host was killed when it was ${stage} is handled once by the next one`, async t => {
    const {
      serveKnown,
      serve,
      drop,
      claims: makeClaims,
      result,
      drops,
      files,
      kept,
    } = await makeDropHarness(t);
    const first = await serveKnown();
    await first.folder.close();
    const call = spawnCall('one');
    await drop('one', call);
    const claims = makeClaims();
    const claim = await claims.take('one');
    assert.ok(claim);
    const bytes = Buffer.from(JSON.stringify(call));
    const at = stages.indexOf(stage);
    if (at >= stages.indexOf('kept')) await claims.keepCall(claim, bytes);
    if (stage === 'both') await writeFile(join(drops, `${claim.id}~one.claimed`), bytes);
    if (at >= stages.indexOf('called')) {
      const signal = new AbortController().signal;
      const reply = await answerCall(call, claim, first.tools, { isRepeat: false, signal });
      assert.ok(reply);
      if (at >= stages.indexOf('answered')) await claims.keepOutcome(claim, reply);
    }
    await first.close();
    const next = await serve();
    if (stage === 'half delivered') await claims.deliver(claim).catch(() => undefined);
    const id = threadIn(await result('one'));
    await waitFor('the folder to be empty', async () => (await kept()).length === 0);
    assert.deepEqual([...next.store.threads().keys()], [id]);
    assert.deepEqual(await files(), ['one.result.json']);
  });
}

test('a result that was delivered and taken away is not delivered again', async t => {
  const { serveKnown, serve, drop, result, files, kept, inRequests } = await makeDropHarness(t);
  const first = await serveKnown();
  await drop('one', spawnCall('one'));
  await result('one');
  await waitFor('the folder to be empty', async () => (await kept()).length === 0);
  await first.close();
  await rm(inRequests('one.result.json'));
  const next = await serve();
  await drop('two', spawnCall('two'));
  await result('two');
  assert.deepEqual([await files(), next.store.threads().size], [['two.result.json'], 2]);
});

test('resume, send and cancel are done once, too', async t => {
  const { serveKnown, serve, drop, claims: makeClaims, result } = await makeDropHarness(t);
  const first = await serveKnown();
  await drop('start', spawnCall('start'));
  const thread_id = threadIn(await result('start'));
  await first.folder.close();
  const signal = new AbortController().signal;
  const calls = {
    resume: { tool: 'resume_thread', args: { thread_id, additional_prompt: 'More.' } },
    send: { tool: 'send_message', args: { thread_id, text: 'Hello.' } },
    cancel: { tool: 'cancel_thread', args: { thread_id } },
  };
  for (const [name, call] of Object.entries(calls)) {
    await drop(name, call);
    const claims = makeClaims();
    const claim = await claims.take(name);
    assert.ok(claim);
    await claims.keepCall(claim, Buffer.from(JSON.stringify(call)));
    const reply = await answerCall(call, claim, first.tools, { isRepeat: false, signal });
    assert.equal(reply?.ok, true, name);
  }
  const before = first.store.get(thread_id);
  await first.close();
  const next = await serve();
  for (const name of Object.keys(calls)) assert.equal(errorIn(await result(name)), 'ok', name);
  const after = next.store.get(thread_id);
  assert.deepEqual([after?.seq, after?.inbox.length, after?.state], [before?.seq, 1, 'cancelled']);
});

test('a wait that the host broke off is answered by the next one', async t => {
  const { serveKnown, serve, drop, result, kept } = await makeDropHarness(t);
  const first = await serveKnown();
  await drop('start', spawnCall('start'));
  const thread_id = threadIn(await result('start'));
  await drop('wait', { tool: 'wait_threads', args: { thread_ids: [thread_id] } });
  await waitFor('the wait', async () => (await kept()).some(file => file.endsWith('~wait.call')));
  await first.close();
  const next = await serve();
  const turn = next.store.get(thread_id)?.queue[0]?.id ?? '';
  await prepare(next.store, { id: thread_id, turn });
  const ended = { type: 'turn.ended', turn_id: turn, outcome: 'completed', source: 'provider' } as const;
  await next.store.commit([{ thread: thread_id, change: ended }]);
  assert.partialDeepStrictEqual(await result('wait'), { ok: true, result: { timed_out: false } });
});

test('a claim that nobody of this user made is left alone', async t => {
  const { serveKnown, drop, result, drops, kept } = await makeDropHarness(t);
  const { store } = await serveKnown();
  const forged = [
    `${'0'.repeat(24)}-${'a'.repeat(32)}~evil.call`,
    'evil.call',
    `${'0'.repeat(24)}-~evil.call`,
  ];
  for (const file of forged) await writeFile(join(drops, file), JSON.stringify(spawnCall('evil')));
  await drop('good', spawnCall('good'));
  await result('good');
  await waitFor('only those to be left', async () => (await kept()).length === forged.length);
  assert.deepEqual(
    [...store.threads().values()].map(({ task_name }) => task_name),
    ['good'],
  );
  assert.equal(await readFile(join(drops, 'evil.call'), 'utf8'), JSON.stringify(spawnCall('evil')));
});
