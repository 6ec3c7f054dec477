import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DockClient } from '../../src/client/dockClient.ts';
import { type Dock, makeDock, wholeFile } from './harness.ts';
import { commandLineOf } from './processes.ts';
import { expectOneSession } from './sessions.ts';
import { atRest, inState, providers, resumeToEnd, script, spawnThread } from './turns.ts';

const file = wholeFile();
let dock: Dock;
let client: DockClient;
before(async () => {
  dock = await makeDock(file);
  client = await dock.connect();
});

for (const provider of providers) {
  test(`${provider}: after kill -9 of the CLI in mid-turn the thread is failed with a code, and resumes`, async () => {
    const gate = `killed-${provider}`;
    const child = 'sleep 9502';
    const prompt = script(
      `shell (setsid ${child} >/dev/null 2>&1 &); echo done-before`,
      `gate ${gate}`,
      'say No.',
    );
    const thread = await spawnThread(client, { provider, prompt });
    await dock.models.gates.arrival(gate);
    const { turn } = await inState(client, thread, 'running');
    assert.ok(turn?.process, 'a running turn names its process');
    const marked = await dock.processesWithMark(thread);
    assert.ok(marked.some(pid => commandLineOf(pid).startsWith(child)));
    process.kill(turn.process.pid, 'SIGKILL');

    const failed = await atRest(client, thread);
    assert.equal(failed.state, 'failed');
    assert.match(failed.error?.message ?? '', /ended/, JSON.stringify(failed.error));
    const { code, retryable, hint } = failed.error ?? {};
    assert.deepEqual([code, retryable, typeof hint], ['upstream_unavailable', true, 'string']);
    assert.deepEqual(await dock.processesWithMark(thread), []);

    dock.models.gates.open(gate);
    const next = script('say Back again.');
    const resumed = await resumeToEnd(client, thread, next);
    assert.equal(resumed.result, 'Back again.', JSON.stringify(resumed.error));
    expectOneSession(dock, prompt, next);
    assert.equal(resumed.session_id, failed.session_id);
  });
}
