import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine } from '../../src/host/commandLine.ts';
import { makeToolHarness, startedBy } from '../tools/toolHarness.ts';

test('a program that was cancelled in the queue and resumed with a line of its own runs that line', async t => {
  const { store, call } = await makeToolHarness(t);
  const command = ['make', 'all'];
  const spawn = { task_name: 'a', provider: 'command', prompt: 'Build it.', command };
  const { id } = await startedBy(call('spawn_thread', { ...spawn, permission_mode: 'full' }));
  const line = (prompt: string) => {
    const thread = store.get(id);
    return thread === undefined ? undefined : commandLine(thread, prompt);
  };
  assert.deepEqual(line(''), command);
  await call('cancel_thread', { thread_id: id });
  await call('resume_thread', { thread_id: id, additional_prompt: 'make clean' });
  assert.equal(line('make clean')?.at(-1), 'make clean');
});
