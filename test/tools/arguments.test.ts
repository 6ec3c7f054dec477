import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { toolCallSchema } from '../../src/contracts/tools.ts';
import { makeToolHarness, startedBy } from './toolHarness.ts';

const program = { task_name: 'program', provider: 'command', prompt: 'true' };

test('what a program cannot be given is refused, and nothing is made', async t => {
  const { call, store } = await makeToolHarness(t);
  const unfit: readonly (readonly [object, RegExp])[] = [
    ...['read_only', 'ask', 'edit'].map(mode => [{ permission_mode: mode }, /always full/] as const),
    [{ model: 'gpt-6' }, /no `model`/],
    [{ effort: 'high' }, /no `effort`/],
    [{ command: ['a\0b'] }, /`command\.0`.*NUL/],
    [{ command: ['ls', 'a\0b'] }, /`command\.1`.*NUL/],
    [{ command: [''] }, /no program/],
    [{ command: [] }, /no program/],
  ];
  for (const [more, says] of unfit) {
    const reply = await call('spawn_thread', { ...program, ...more });
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'invalid_arguments' } });
    assert.match(JSON.stringify(reply), says);
  }
  assert.equal(store.threads().size, 0);
});

test('a program is full, whether that is said or not, and its arguments may be empty texts', async t => {
  const { call, store } = await makeToolHarness(t);
  const said = { ...program, permission_mode: 'full', command: ['printf', ''] };
  for (const args of [program, said]) {
    const { id } = await startedBy(call('spawn_thread', args));
    assert.equal(store.get(id)?.permission_mode, 'full');
  }
});

test('a tool call with anything beside its name and arguments is none', () => {
  assert.deepEqual(toolCallSchema.parse({ tool: 'list_threads' }), { tool: 'list_threads', args: {} });
  assert.equal(toolCallSchema.safeParse({ tool: 'list_threads', arguments: { limit: 1 } }).success, false);
});

test('a tool of a later version is not built yet, not unknown', async t => {
  const { call } = await makeToolHarness(t);
  const reply = await call('remove_thread', {});
  assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'not_implemented' } });
});

test('a key that comes again with other arguments is a conflict, with the same ones a repeat', async t => {
  const { call, store, workspace } = await makeToolHarness(t);
  await mkdir(join(workspace, 'src'));
  const first = { task_name: 'once', provider: 'codex', prompt: 'Once.', working_dir: 'src', effort: 'low' };
  const spawn = (more: object) => call('spawn_thread', { ...first, idempotency_key: 'key', ...more });
  const { id, turn } = await startedBy(spawn({}));
  const again = { ok: true, result: { thread_id: id, turn_id: turn, repeated: true } };
  assert.partialDeepStrictEqual(await spawn({ working_dir: './src/../src' }), again);
  assert.partialDeepStrictEqual(await spawn({ native: false }), again);
  for (const other of [
    { task_name: 'twice' },
    { provider: 'opencode' },
    { prompt: 'Twice.' },
    { working_dir: '.' },
    { effort: 'high' },
    { model: 'gpt-6' },
    { permission_mode: 'edit' },
    { native: true },
  ]) {
    const reply = await spawn(other);
    assert.partialDeepStrictEqual(reply, { ok: false, error: { code: 'conflict' } }, JSON.stringify(other));
  }
  const resume = (additional_prompt: string) =>
    call('resume_thread', { thread_id: id, additional_prompt, idempotency_key: 'next' });
  const next = await startedBy(resume('Next.'));
  assert.partialDeepStrictEqual(await resume('Next.'), {
    ok: true,
    result: { turn_id: next.turn, repeated: true },
  });
  assert.partialDeepStrictEqual(await resume('Other.'), { ok: false, error: { code: 'conflict' } });
  assert.deepEqual([store.threads().size, store.get(id)?.queue.length], [1, 2]);
});

test('a repeat writes nothing: it is answered where nothing can be written any more, and a conflict leaves no text', async t => {
  const { call, store, state } = await makeToolHarness(t);
  const spawn = (prompt: string) =>
    call('spawn_thread', { task_name: 'once', provider: 'codex', prompt, idempotency_key: 'key' });
  const long = 'x'.repeat(100_000);
  const { id, turn } = await startedBy(spawn(long));
  const texts = await readdir(join(state, 'blobs'));
  assert.partialDeepStrictEqual(await spawn('y'.repeat(100_000)), { ok: false, error: { code: 'conflict' } });
  assert.deepEqual(await readdir(join(state, 'blobs')), texts);
  const lock = JSON.parse(await readFile(join(state, 'lock'), 'utf8'));
  await writeFile(join(state, 'lock'), JSON.stringify({ ...lock, nonce: 'somebody-elses-nonce' }));
  await store.ensureInPlace().catch(() => undefined);
  assert.equal(store.readOnly?.code, 'conflict');
  assert.partialDeepStrictEqual(await spawn(long), {
    ok: true,
    result: { thread_id: id, turn_id: turn, repeated: true },
  });
});
