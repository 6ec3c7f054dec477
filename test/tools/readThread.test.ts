import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolOutput } from '../../src/contracts/tools.ts';
import { makeToolHarness, prepare, startedBy } from './toolHarness.ts';

type Read = ToolOutput<'read_thread'>;

test('the result is the whole report and the final text', async t => {
  const { store, call } = await makeToolHarness(t);
  const started = await startedBy(call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go' }));
  await prepare(store, started);
  const summary = 'x'.repeat(200_000);
  const caller = { kind: 'agent', place: 'thread', thread: started.id, why: 'the test says so' } as const;
  await call('report', { summary }, caller);
  const change = {
    type: 'turn.ended',
    turn_id: started.turn,
    outcome: 'completed',
    source: 'provider',
  } as const;
  await store.commit([{ thread: started.id, change: { ...change, result: { text: 'Done.' } } }]);
  const reply = await call('read_thread', { thread_id: started.id, view: 'result' });
  assert.ok(reply.ok);
  const { report, result } = reply.result as Read;
  assert.deepEqual([report, result], [summary, 'Done.']);
});
