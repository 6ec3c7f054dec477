import assert from 'node:assert/strict';
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
