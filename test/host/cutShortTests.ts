import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import type { HostOfFile } from './hostForFile.ts';
import { commandLineOf, isGone } from './processes.ts';
import { expectOneSession } from './sessions.ts';
import {
  atRest,
  endedTurns,
  historyOf,
  inState,
  type RealProvider,
  resumeToEnd,
  script,
  spawnThread,
} from './turns.ts';

/** Declares the tests of one provider, on the file's host. */
export function testCutShort(provider: RealProvider, hostOfFile: () => HostOfFile): void {
  test(`${provider}: a cancel takes the whole tree, and a second thread in mid-turn finishes with its own answer`, async () => {
    const { dock, client } = hostOfFile();
    const gate = `other-${provider}`;
    const other = await spawnThread(client, {
      provider,
      prompt: script('say Mine.', 'shell echo own-tool', `gate ${gate}`, 'say My own answer.'),
    });
    const up = `tree-${provider}.txt`;
    const away = `setsid sh -c 'trap "" TERM; echo up >> ${up}; while :; do sleep 1; done' < /dev/null > /dev/null 2>&1`;
    // Codex lets its model go on while the command runs: the gate then holds the turn.
    const prompt = script(`shell ${away} & while :; do sleep 1; done`, 'gate never', 'say Never said.');
    const thread = await spawnThread(client, { provider, prompt });
    await dock.models.gates.arrival(gate);
    await waitFor('the child in a session of its own', () => existsSync(join(dock.workspace, up)));
    const tree = await dock.processesWithMark(thread);
    assert.ok(tree.length >= 2, `expected a tree, found ${tree.length} processes`);
    const server = (await inState(client, other, 'running')).turn?.process;

    const cancelled = await client.call('cancel_thread', { thread_id: thread });
    assert.equal(cancelled.state, 'cancelled');
    assert.deepEqual(await dock.processesWithMark(thread), []);
    assert.deepEqual(
      await Promise.all(tree.map(isGone)),
      tree.map(() => true),
    );
    assert.deepEqual((await inState(client, other, 'running')).turn?.process, server);
    await assert.rejects(client.call('cancel_thread', { thread_id: thread }), { code: 'conflict' });

    dock.models.gates.open(gate);
    assert.equal((await atRest(client, other)).result, 'My own answer.');
    assert.equal(endedTurns(await historyOf(client, thread)).length, 1);
    const resumed = await resumeToEnd(client, thread, script('say Back again.'));
    assert.equal(resumed.result, 'Back again.', JSON.stringify(resumed.error));
  });

  test(`${provider}: after kill -9 of the CLI in mid-turn the thread is failed with a code, and resumes`, async () => {
    const { dock, client } = hostOfFile();
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
