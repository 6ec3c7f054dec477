import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { isGone } from '../host/processes.ts';
import type { ThreadDetail } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { checkMail, checkReplies, checkTold } from './mailChecks.ts';
import { checkFiles, checkRecord } from './recordChecks.ts';
import type { Recovery } from './recovered.ts';
import { checkAcknowledged, checkNothingGoesOn, fateOf, lookAtRemains } from './remains.ts';
import { checkRights } from './rightsChecks.ts';
import { deliveries, promptOf, type Scene, type Story, threadOf } from './scene.ts';
import { settle } from './settle.ts';

/**
 * As `checkRecovered`, for a story whose turns follow each other: what must become of each of them and of each message
 * is told by the journal that the dead host left.
 */
export async function checkTurnsRecovered(scene: Scene, goOn: NonNullable<Story['goOn']>): Promise<Recovery> {
  const { dock } = scene;
  const remains = await lookAtRemains(scene, {});
  const fate = fateOf(remains);
  checkReplies(scene, remains);
  checkTold(scene, remains);

  const client = await dock.connect();
  try {
    checkRights(scene, remains, client);
    await checkNothingGoesOn(scene, remains, fate);
    await checkAcknowledged(scene, remains, client);
    const spawned = await client.call('spawn_thread', scene.spawn);
    assert.equal(spawned.repeated, remains.thread !== undefined, 'a repeated spawn');
    if (remains.thread !== undefined) assert.equal(spawned.thread_id, remains.thread);
    scene.acknowledged.thread = spawned.thread_id;
    await goOn(scene, client);
    const delivered = deliveries(scene, scene.prompt);
    assert.ok(delivered <= 1, `the prompt reached the model ${delivered} times`);

    const resumed = promptOf(`${scene.tag} is resumed.`, ['recall']);
    await client.call('resume_thread', { thread_id: threadOf(scene), additional_prompt: resumed });
    await settle(scene, client);
    const after = await lookAtRemains(scene, {});
    const expected = endsIn(remains.changes);
    for (const [turn, end] of endsIn(after.changes)) {
      assert.equal(end, expected.get(turn) ?? 'completed', `the end of ${turn}`);
    }
    const last = dock.models.requests().findLast(({ userTurns }) => userTurns.includes(resumed));
    assert.equal(last?.userTurns.filter(one => one === resumed).length, 1, 'the prompt that came last');
    await checkMail({ scene, client, before: remains, after, resumed });
    const { thread } = await client.call('get_thread', { thread_id: threadOf(scene) });
    // Claude Code has no way back into a session that holds no message; nothing is lost with such a one.
    if (remains.session !== undefined && !(delivered === 0 && scene.provider === 'claude_code')) {
      assert.equal(thread.session_id, remains.session, 'the session is another one');
    }
    await stopAndCheck(scene, client, thread);
    return { fate, delivered };
  } finally {
    client.dispose();
  }
}

async function stopAndCheck(scene: Scene, client: DockClient, last: ThreadDetail): Promise<void> {
  await checkRecord(scene, client, threadOf(scene));
  const pid = await scene.dock.hostPid();
  await client.stop();
  await waitFor(`host ${pid} to end`, () => isGone(pid));
  await checkFiles(scene, last);
}

/** How each turn has ended or must end; undefined: it is still to run. */
function endsIn(changes: readonly StateChange[]): ReadonlyMap<string, string | undefined> {
  const ends = new Map<string, string | undefined>();
  const native = new Set<string>();
  for (const change of changes) {
    if (change.type === 'turn.queued') {
      ends.set(change.turn_id, undefined);
      if (change.native === true) native.add(change.turn_id);
    }
    // A terminal is not opened again by itself.
    if (change.type === 'turn.preparing' && native.has(change.turn_id))
      ends.set(change.turn_id, 'interrupted');
    if (change.type === 'prompt.sending') ends.set(change.turn_id, 'interrupted');
    if (change.type === 'turn.ended') ends.set(change.turn_id, change.outcome);
  }
  return ends;
}
