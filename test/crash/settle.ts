import type { DockClient } from '../../src/client/dockClient.ts';
import { restStates, type Thread } from '../../src/contracts/thread.ts';
import { isOpenMessage } from '../../src/core/reduceInbox.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Scene, threadOf, wordOf } from './scene.ts';

/** What the person answers to the question of a scene. */
function answerOf(scene: Scene): string {
  return `Take ${wordOf(scene, 'answer')}.`;
}

/**
 * Until nothing happens any more of itself, or the host dies: its turns are over, questions it left are answered, and
 * what is still in its inbox waits for a good turn.
 */
export async function settle(scene: Scene, client: DockClient): Promise<void> {
  const id = threadOf(scene);
  // Once this is answered, all that earlier answers told of is shown.
  await client.status();
  const { answers } = scene.acknowledged;
  const isSettled = async () => {
    if (client.state.kind !== 'connected') return true;
    const thread = client.threads.get(id);
    if (thread === undefined || thread.turn !== undefined || thread.queue.length > 0) return false;
    for (const { id: request_id } of thread.requests) {
      if (answers.has(request_id)) continue;
      await client.call('answer_thread', { thread_id: id, request_id, answers: [answerOf(scene)] });
      answers.add(request_id);
    }
    return isQuiet(thread);
  };
  await waitFor(`${id} to come to rest`, isSettled).catch((cause: unknown) => {
    throw new Error(`Not at rest: ${JSON.stringify(client.threads.get(id))}`, { cause });
  });
}

function isQuiet(thread: Thread): boolean {
  if (!restStates.has(thread.state) || thread.requests.length > 0) return false;
  const open = thread.inbox.filter(message => isOpenMessage(message, thread));
  if (thread.last_outcome === 'completed') return open.length === 0;
  // What a turn failed to bring starts no other by itself.
  return open.every(({ state, attempts, lost }) => state === 'queued' && attempts + lost > 0);
}
