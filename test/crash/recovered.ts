import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { isGone } from '../host/processes.ts';
import { atRest, type ThreadDetail } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { checkReplies } from './mailChecks.ts';
import { programOf } from './programs.ts';
import { checkFiles, checkRecord } from './recordChecks.ts';
import {
  checkAcknowledged,
  checkNothingGoesOn,
  type Fate,
  fateOf,
  lookAtRemains,
  type Remains,
} from './remains.ts';
import { checkAsked, checkRights } from './rightsChecks.ts';
import { deliveries, promptOf, type Scene, type Story } from './scene.ts';
import { firstAnswer, resumeArgs, secondAnswer } from './story.ts';

export interface Recovery {
  readonly fate: Fate;
  readonly delivered: number;
}

/** Starts the next host and checks all that must hold. Leaves no host running. */
export async function checkRecovered(scene: Scene, story: Story): Promise<Recovery> {
  const { dock } = scene;
  const remains = await lookAtRemains(scene, story);
  const fate = fateOf(remains);
  // Before its `prompt.sending` is on disk nothing of a prompt has left.
  if (remains.delivered > 0)
    assert.ok(remains.types.has('prompt.sending'), 'the prompt left before the journal said so');
  checkReplies(scene, remains);

  const client = await dock.connect();
  const stop = story.meanwhile?.(client);
  try {
    checkRights(scene, remains, client);
    await checkNothingGoesOn(scene, remains, fate);
    await checkAcknowledged(scene, remains, client);

    const thread = await repeatCalls(scene, story, remains, client);
    const shown = await atRest(client, thread);
    const delivered = deliveries(scene, scene.prompt);
    checkFate({ fate, remains, shown, delivered, story, scene });

    const resumed = await resume(scene, client, thread);
    const isEmpty = delivered === 0 && story.secondSteps === undefined;
    // Claude Code has no way back into a session that holds no message; nothing is lost with such a one.
    if (remains.session !== undefined && !(isEmpty && scene.provider === 'claude_code')) {
      assert.equal(resumed.session_id, remains.session, 'the session is another one');
    }
    checkAsked(scene, await lookAtRemains(scene, story));
    await checkRecord(scene, client, thread);
    const pid = await dock.hostPid();
    await client.stop();
    await waitFor(`host ${pid} to end`, () => isGone(pid));
    await checkFiles(scene, resumed);
    return { fate, delivered };
  } finally {
    stop?.();
    client.dispose();
  }
}

/** Who got no answer asks again with the same key: nothing may happen twice. */
async function repeatCalls(
  scene: Scene,
  story: Story,
  remains: Remains,
  client: DockClient,
): Promise<ThreadId> {
  const spawned = await client.call('spawn_thread', scene.spawn);
  assert.equal(spawned.repeated, remains.thread !== undefined, 'a repeated spawn');
  if (remains.thread !== undefined) assert.equal(spawned.thread_id, remains.thread);
  scene.acknowledged.thread = spawned.thread_id;
  if (story.secondSteps !== undefined) {
    const resumed = await client.call('resume_thread', resumeArgs(scene));
    assert.equal(resumed.repeated, remains.turns.length > 1, 'a repeated resume');
  }
  return spawned.thread_id;
}

interface Ending {
  readonly fate: Fate;
  readonly remains: Remains;
  readonly shown: ThreadDetail;
  readonly delivered: number;
  readonly story: Story;
  readonly scene: Scene;
}

function checkFate({ fate, remains, shown, delivered, story, scene }: Ending): void {
  const told = `${shown.state}: ${shown.reason ?? ''} ${JSON.stringify(shown.error ?? {})}`;
  assert.ok(delivered <= 1, `the prompt reached the model ${delivered} times`);
  const end = remains.outcome ?? (fate === 'interrupted' || fate === 'cancelled' ? fate : 'completed');
  assert.equal(shown.state, end, told);
  if (end === 'interrupted') assert.ok(shown.reason !== undefined, 'an interrupted thread says why');
  if (end !== 'completed') return;
  assert.equal(delivered, 1);
  // What the model says last after a refusal depends on when Codex brings it the reason.
  if (story.mode === 'ask') return;
  const { secondSteps } = story;
  if (secondSteps === undefined) assert.ok(shown.result?.endsWith(firstAnswer), shown.result);
  else if (scene.provider === 'command') assert.equal(shown.result, secondAnswer);
  else assert.match(shown.result ?? '', /^earlier prompts: 1; .* words: apple$/);
}

async function resume(scene: Scene, client: DockClient, thread_id: ThreadId): Promise<ThreadDetail> {
  const title = `${scene.tag} is resumed.`;
  const isProgram = scene.provider === 'command';
  const prompt = isProgram ? programOf(scene.tag, title, []) : promptOf(title, ['recall']);
  const earlier = deliveries(scene, scene.prompt);
  await client.call('resume_thread', { thread_id, additional_prompt: prompt });
  const shown = await atRest(client, thread_id);
  assert.equal(shown.state, 'completed', JSON.stringify(shown.error));
  assert.equal(deliveries(scene, prompt), 1);
  if (isProgram) return shown;
  const recalled = Number(/^earlier prompts: (\d+);/.exec(shown.result ?? '')?.[1]);
  assert.ok(
    recalled >= earlier,
    `the session holds ${recalled} earlier prompts, the model had seen ${earlier}`,
  );
  return shown;
}
