import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToolHarness, startedBy } from './toolHarness.ts';

const work = { task_name: 'work', provider: 'codex', prompt: 'Work.' };

test('a person opens the terminal of a thread, with something to say or without', async t => {
  const { call, store } = await makeToolHarness(t);
  const { id } = await startedBy(call('spawn_thread', work));
  const empty = await startedBy(call('open_native', { thread_id: id }));
  const args = { thread_id: id, additional_prompt: 'Look.', idempotency_key: 'once' };
  const withText = await startedBy(call('open_native', args));
  assert.partialDeepStrictEqual(store.get(id)?.queue, [
    { prompt: { text: 'Work.' } },
    { id: empty.turn, native: true, prompt: { text: '' } },
    { id: withText.turn, native: true, prompt: { text: 'Look.' } },
  ]);
  assert.equal((await startedBy(call('open_native', args))).turn, withText.turn);
  const resumed = { thread_id: id, additional_prompt: 'Go on.', idempotency_key: 'other' };
  await startedBy(call('resume_thread', resumed));
  for (const reply of [await call('resume_thread', args), await call('open_native', resumed)]) {
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'conflict' } });
  }
  assert.equal(store.get(id)?.queue.length, 4);
  const first = await startedBy(call('spawn_thread', { ...work, native: true }));
  assert.equal(store.get(first.id)?.queue[0]?.native, true);
});

test('an agent opens no terminal, and a provider without one says so', async t => {
  const { call, store } = await makeToolHarness(t);
  const { id } = await startedBy(call('spawn_thread', work));
  const agent = {
    kind: 'agent',
    place: 'thread',
    thread: id,
    why: 'AGENTDOCK_THREAD marks the caller',
  } as const;
  for (const [tool, args] of [
    ['open_native', { thread_id: id }],
    ['spawn_thread', { ...work, native: true }],
  ] as const) {
    const reply = await call(tool, args, agent);
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'permission_denied' } }, tool);
  }
  const shell = { task_name: 'list', provider: 'command', prompt: 'ls' };
  const program = await startedBy(call('spawn_thread', shell));
  for (const reply of [
    await call('open_native', { thread_id: program.id }),
    await call('spawn_thread', { ...shell, native: true }),
  ]) {
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'not_implemented' } });
  }
  const stray = { thread_id: 'thread-nobody', additional_prompt: 'Look.' };
  assert.partialDeepStrictEqual(await call('open_native', stray), {
    ok: false,
    error: { code: 'not_found' },
  });
  assert.equal(store.get(id)?.queue.length, 1);
});

test('a prompt that its terminal would change is refused before anything is acknowledged', async t => {
  const { call, store } = await makeToolHarness(t);
  const { id } = await startedBy(call('spawn_thread', work));
  const threads = store.threads().size;
  for (const reply of [
    await call('open_native', { thread_id: id, additional_prompt: '/compact' }),
    await call('spawn_thread', { ...work, prompt: '/compact', native: true }),
  ]) {
    assert.deepEqual(reply, {
      ok: false,
      error: {
        code: 'invalid_arguments',
        message: 'This prompt cannot be typed into its terminal unchanged: it is a command there.',
        retryable: false,
        hint: 'Send it as a turn first, then open the terminal.',
      },
    });
  }
  assert.equal(store.get(id)?.queue.length, 1);
  assert.equal(store.threads().size, threads);
  await startedBy(call('resume_thread', { thread_id: id, additional_prompt: '/compact' }));
});
