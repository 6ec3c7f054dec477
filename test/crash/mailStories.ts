import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import { waitFor } from '../support/waitFor.ts';
import { type Scene, type Story, spawn, threadOf, wordOf } from './scene.ts';
import { settle } from './settle.ts';

/** The person's messages of a scene; each text is found again by a word that no other has. */
function messagesOf(scene: Scene) {
  return (['now', 'turn_end'] as const).map(when => ({
    thread_id: threadOf(scene),
    text: `Think of ${wordOf(scene, when === 'now' ? 'now' : 'later')}.`,
    when,
    idempotency_key: `send ${when} ${scene.tag}`,
  }));
}

/** One message is steered into the running turn, one waits for its end and makes the next. */
export const send = {
  opening: untilHeld,
  run: async (scene, client) => {
    for (const message of messagesOf(scene)) {
      const { message_id } = await client.call('send_message', message);
      scene.acknowledged.messages.set(message.idempotency_key, message_id);
      // A provider may take it only once the model has answered.
      if (message.when === 'now') await hasLeft(scene, client, message_id);
    }
    await letGo(scene, client);
  },
  goOn: async (scene, client) => {
    scene.dock.models.gates.open(scene.tag);
    for (const message of messagesOf(scene)) {
      const { message_id } = await client.call('send_message', message);
      const known = scene.acknowledged.messages.get(message.idempotency_key) ?? message_id;
      assert.equal(message_id, known, 'a repeated message');
    }
    await settle(scene, client);
  },
  steps: tag => ['say Working.', `gate ${tag}`, 'shell echo one', 'heard'],
  mode: 'full',
  writes: ['message.queued', 'messages.moved', 'turn.queued', 'turn.ended'],
} as const satisfies Story;

/** The agent reports and leaves a question; the answer makes its next turn. */
export const ask = {
  opening: untilHeld,
  run: letGo,
  goOn: letGo,
  steps: tag => [
    `gate ${tag}`,
    `mcp agentdock report ${JSON.stringify({ kind: 'progress', summary: `${tag} is at work.` })}`,
    `mcp agentdock ask ${JSON.stringify({ question: `Which colour has ${tag}?` })}`,
    'say Asked.',
  ],
  mode: 'ask',
  writes: ['report.made', 'request.opened', 'request.answered', 'message.queued', 'turn.queued'],
} as const satisfies Story;

/** The model of the first turn waits, and the scene goes on from there. */
async function untilHeld(scene: Scene, client: DockClient): Promise<void> {
  await spawn(scene, client);
  const { gates } = scene.dock.models;
  const isHeld = () => client.state.kind !== 'connected' || gates.waiting(scene.tag) > 0;
  await waitFor(`${scene.tag} to be held`, isHeld);
}

async function letGo(scene: Scene, client: DockClient): Promise<void> {
  scene.dock.models.gates.open(scene.tag);
  await settle(scene, client);
}

async function hasLeft(scene: Scene, client: DockClient, id: string): Promise<void> {
  await waitFor(`${id} to leave`, () => {
    if (client.state.kind !== 'connected') return true;
    const message = client.threads.get(threadOf(scene))?.inbox.find(one => one.id === id);
    return message !== undefined && message.state !== 'queued';
  });
}
