import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor } from '../support/waitFor.ts';
import { makeDock } from './harness.ts';
import { isGone } from './processes.ts';
import { expectOneSession } from './sessions.ts';
import {
  atRest,
  endedTurns,
  historyOf,
  type RealProvider,
  resumeToEnd,
  script,
  spawnThread,
} from './turns.ts';

/** Declares the test of one provider. */
export function testHostKilled(provider: RealProvider): void {
  test(`${provider}: after kill -9 of the host in mid-turn nothing acknowledged is missing, nothing goes on, and the thread resumes`, async t => {
    const dock = await makeDock(t, { settings: { max_running: 1 } });
    const client = await dock.connect();
    // One writer in the tool's own process, one that left for a session of its own.
    const loop = (file: string) => `while :; do echo x >> ${file}; sleep 0.02; done`;
    const prompt = script(
      'say Starting.',
      `shell setsid sh -c '${loop('away.txt')}' < /dev/null > /dev/null 2>&1 & ${loop('here.txt')}`,
      // Codex lets its model go on while the command runs.
      'gate never',
      'say Never said.',
    );
    const cut = await spawnThread(client, { provider, prompt, task_name: 'Cut' });
    const behind = await spawnThread(client, {
      provider,
      prompt: script('say Second.'),
      task_name: 'Behind',
    });
    const sizes = async () =>
      Promise.all(['away.txt', 'here.txt'].map(async name => (await stat(join(dock.workspace, name))).size));
    for (const name of ['away.txt', 'here.txt']) {
      await waitFor(`${name} to grow`, () => existsSync(join(dock.workspace, name)));
    }
    // What was read once must not be missing later.
    const seen = await waitFor('the tool in the record', async () => {
      const events = await historyOf(client, cut);
      return events.some(({ type }) => type === 'tool.started') ? events : undefined;
    });
    const before = await dock.processesWithMark(cut);
    assert.ok(before.length >= 2, `expected the turn's processes, found ${before.length}`);
    await dock.killHost('SIGKILL');
    client.dispose();

    const list = await dock.cli(['list', '--json']);
    assert.equal(list.code, 0, list.stdout + list.stderr);
    assert.deepEqual(await dock.processesWithMark(cut), []);
    assert.deepEqual(
      await Promise.all(before.map(isGone)),
      before.map(() => true),
    );
    const stopped = await sizes();

    const again = await dock.connect();
    const shown = (await again.call('get_thread', { thread_id: cut })).thread;
    assert.equal(shown.state, 'interrupted');
    assert.ok(shown.reason, 'an interrupted thread says why');
    assert.equal(shown.evidence.source, 'recovery');
    const events = await historyOf(again, cut);
    assert.equal(endedTurns(events).length, 1);
    assert.deepEqual(events.slice(0, seen.length), seen);

    // What was only queued runs now; nobody has to ask again.
    assert.equal((await atRest(again, behind)).result, 'Second.');
    const next = script('say Back again.');
    const resumed = await resumeToEnd(again, cut, next);
    assert.equal(resumed.result, 'Back again.', JSON.stringify(resumed.error));
    expectOneSession(dock, prompt, next);
    assert.equal(resumed.session_id, shown.session_id);
    assert.deepEqual(await sizes(), stopped);
  });
}
