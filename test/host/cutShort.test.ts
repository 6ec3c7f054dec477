import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCutShort } from './cutShortTests.ts';
import { makeDock } from './harness.ts';
import { hostForFile } from './hostForFile.ts';
import { atRest, script, spawnThread } from './turns.ts';

const host = hostForFile();

// The drivers’ tests cut each provider short; the long tests have this on each.
testCutShort('codex', host);

test('a queued thread that is cancelled never starts', async t => {
  const small = await makeDock(t, { models: host().dock.models, settings: { max_running: 1 } });
  const person = await small.connect();
  const running = await spawnThread(person, { provider: 'codex', prompt: script('gate hold', 'say Held.') });
  const queued = await spawnThread(person, { provider: 'codex', prompt: script('say Never.') });
  assert.equal((await person.call('cancel_thread', { thread_id: queued })).state, 'cancelled');
  host().dock.models.gates.open('hold');
  assert.equal((await atRest(person, running)).result, 'Held.');
  const { thread } = await person.call('get_thread', { thread_id: queued });
  assert.equal(thread.state, 'cancelled');
  assert.equal(thread.session_id, undefined);
});
