import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { askOnTerminal } from '../../src/cli/askOnTerminal.ts';
import { confirmFull } from '../../src/cli/confirmFull.ts';
import type { RequestResult } from '../../src/contracts/rpc.ts';
import { makeToolHarness, startedBy } from '../tools/toolHarness.ts';

type Settings = NonNullable<RequestResult<'status'>['settings']>;
const settings = (changes: Partial<Settings> = {}): Settings => ({
  max_running: 6,
  max_depth: 2,
  default_permission_mode: 'ask',
  highest_permission_mode: 'full',
  confirm_full: true,
  idle_minutes: 10,
  ...changes,
});
const task = { provider: 'codex', task_name: 'the task' } as const;
const full = { ...task, permission_mode: 'full' } as const;

/** Somebody at a terminal who types this line. */
function personTyping(line: string) {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return line;
  };
  return { asked, ask };
}

test('a thread with full access is confirmed each time, by name', async () => {
  for (const line of ['y', ' YES ']) {
    const { ask, asked } = personTyping(line);
    assert.deepEqual(await confirmFull(full, settings(), { yes: false, ask }), { permission_mode: 'full' });
    assert.match(asked.join('\n'), /^Give “the task” full access\? It may run any command/);
  }
  for (const line of ['', 'n', 'yesterday']) {
    const { ask } = personTyping(line);
    await assert.rejects(confirmFull(full, settings(), { yes: false, ask }), { code: 'cancelled' }, line);
  }
});

test('where nobody can be asked it is refused, unless the command line confirms it', async () => {
  const refused = { code: 'permission_denied', hint: /--yes/ };
  await assert.rejects(confirmFull(full, settings(), { yes: false, ask: undefined }), refused);
  // A host of before the setting says nothing of it.
  await assert.rejects(confirmFull(full, undefined, { yes: false, ask: undefined }), refused);
  const confirmed = await confirmFull(full, settings(), { yes: true, ask: undefined });
  assert.deepEqual(confirmed, { permission_mode: 'full' });
});

test('a default of full is confirmed, too, and then asked for by its name', async () => {
  const { ask, asked } = personTyping('y');
  const byDefault = settings({ default_permission_mode: 'full' });
  assert.deepEqual(await confirmFull(task, byDefault, { yes: false, ask }), { permission_mode: 'full' });
  assert.equal(asked.length, 1);
});

test('nobody is asked where the settings say so, for less than full, or for a program', async () => {
  const { ask, asked } = personTyping('n');
  const question = { yes: false, ask };
  assert.deepEqual(await confirmFull(full, settings({ confirm_full: false }), question), {
    permission_mode: 'full',
  });
  assert.deepEqual(await confirmFull({ ...task, permission_mode: 'edit' }, settings(), question), {
    permission_mode: 'edit',
  });
  assert.deepEqual(await confirmFull(task, settings(), question), {});
  assert.deepEqual(await confirmFull({ ...full, provider: 'command' }, settings(), question), {
    permission_mode: 'full',
  });
  assert.deepEqual(asked, []);
});

test('no host gives full access because it is the default, unless the person’s settings say so', async t => {
  const call = { task_name: 'a', provider: 'codex', prompt: 'go' };
  const { call: ask, store } = await makeToolHarness(t, { default_permission_mode: 'full' });
  assert.partialDeepStrictEqual(await ask('spawn_thread', call), {
    ok: false,
    error: {
      code: 'permission_denied',
      message: 'Full access, your default, needs your confirmation each time.',
    },
  });
  assert.equal(store.threads().size, 0);
  const { id } = await startedBy(ask('spawn_thread', { ...call, permission_mode: 'full' }));
  assert.equal(store.get(id)?.permission_mode, 'full');

  const free = await makeToolHarness(t, { default_permission_mode: 'full', confirm_full: false });
  const started = await startedBy(free.call('spawn_thread', call));
  assert.equal(free.store.get(started.id)?.permission_mode, 'full');
});

test('the setting makes no agent a person', async t => {
  const { call, store } = await makeToolHarness(t, { default_permission_mode: 'full', confirm_full: false });
  const args = { task_name: 'a', provider: 'codex', prompt: 'go' };
  const master = await startedBy(call('spawn_thread', { ...args, role: 'master' }));
  const callers = [
    { kind: 'agent', place: 'thread', thread: master.id, why: 'a test' },
    { kind: 'agent', place: 'outside', why: 'a test' },
  ] as const;
  for (const caller of callers) {
    const asked = await call('spawn_thread', { ...args, permission_mode: 'full' }, caller);
    assert.partialDeepStrictEqual(asked, { ok: false, error: { code: 'permission_denied' } });
    const child = await startedBy(call('spawn_thread', args, caller));
    assert.equal(store.get(child.id)?.permission_mode, 'ask');
  }
});

test('a terminal is asked on its own lines, and no answer is no', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  const ask = askOnTerminal(input, output);
  assert.ok(ask);
  const answer = ask('Give “\u001b[2J” full access? ');
  input.write('y\n');
  assert.equal(await answer, 'y');
  assert.doesNotMatch(String(output.read()), /\u001b\[2J”/);

  const ended = askOnTerminal(input, output)?.('Again? ');
  input.end();
  assert.equal(await ended, '');
  assert.equal(await askOnTerminal(input, output)?.('And again? '), '');

  Object.assign(output, { isTTY: false });
  assert.equal(askOnTerminal(input, output), undefined);
});
