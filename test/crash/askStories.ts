import assert from 'node:assert/strict';
import { atRest, denyPermissions } from '../host/turns.ts';
import { askedFile, type Story, spawnToAsked, spawnToEnd, threadOf } from './scene.ts';

/** The agent asks, and is refused. */
export const refusal = {
  run: spawnToEnd,
  meanwhile: client => denyPermissions(client, 'Not this.'),
  steps: tag => [`write ${askedFile(tag)} no`, 'say Refused.', 'say Told.'],
  mode: 'ask',
  writes: ['request.opened', 'request.answered'],
} as const satisfies Story;

/** It asks, and nobody needs the answer any more: the thread is cancelled. */
export const withdrawal = {
  opening: spawnToAsked,
  run: async (scene, client) => {
    await client.call('cancel_thread', { thread_id: threadOf(scene) });
    scene.acknowledged.cancel = true;
  },
  steps: tag => [`write ${askedFile(tag)} no`, 'say Never.'],
  mode: 'ask',
  writes: ['cancel.requested', 'request.closed', 'turn.ended'],
} as const satisfies Story;

/** It asks, is allowed the like of it for the whole thread, and that is taken back once the turn is over. */
export const rule = {
  opening: spawnToAsked,
  run: async (scene, client) => {
    const thread_id = threadOf(scene);
    const [request] = client.threads.get(thread_id)?.requests ?? [];
    assert.ok(request !== undefined);
    await client.call('answer_thread', { thread_id, request_id: request.id, decision: 'allow_thread' });
    scene.acknowledged.answers.add(request.id);
    await atRest(client, thread_id);
    await client.forgetRules({ thread: thread_id });
    scene.acknowledged.forgotten = true;
  },
  steps: tag => [`write ${askedFile(tag)} yes`, 'say Made.'],
  mode: 'ask',
  writes: ['request.answered', 'turn.ended', 'rules.forgotten'],
} as const satisfies Story;
