import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toolSchemas } from '../../src/contracts/tools.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeDock } from './harness.ts';

const never = new AbortController().signal;

test('an agent behind a person’s window starts a worker, and cannot give it the permission it asks for; the person can', async t => {
  const dock = await makeDock(t);
  const window = await dock.connect();
  const started = await window.callAsAgent(
    'spawn_thread',
    {
      task_name: 'wants more',
      provider: 'opencode',
      prompt: 'Set up.\n<<script\nshell touch set-up-ran\nsay Done.\nscript>>',
    },
    never,
  );
  assert.ok(started.ok);
  const { thread_id } = toolSchemas.spawn_thread.output.parse(started.result);
  const request = await waitFor('the permission to be asked for', () => {
    const thread = window.threads.get(thread_id);
    return thread?.state === 'waiting_permission' ? thread.requests[0] : undefined;
  });
  const answer = { thread_id, request_id: request.id, decision: 'allow' } as const;
  const refused = await window.callAsAgent('answer_thread', answer, never);
  assert.ok(!refused.ok);
  assert.equal(refused.error.code, 'permission_denied');
  assert.equal(window.threads.get(thread_id)?.state, 'waiting_permission');
  assert.equal(existsSync(join(dock.workspace, 'set-up-ran')), false);

  await window.call('answer_thread', answer);
  await waitFor('the worker to end', () => window.threads.get(thread_id)?.state === 'completed');
  assert.equal(existsSync(join(dock.workspace, 'set-up-ran')), true);
});
