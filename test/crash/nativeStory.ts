import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { historyOf } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { deliveries, promptOf, type Scene, type Story, spawnToEnd, threadOf, wordOf } from './scene.ts';
import { settle } from './settle.ts';

/**
 * The thread's session is opened in its provider's own terminal with something to say, gets a message there once it
 * rests, and is left when it rests again.
 */
export const native = {
  opening: spawnToEnd,
  run: async (scene, client) => {
    const { turn_id } = await client.call('open_native', openArgs(scene));
    scene.acknowledged.turns.push(turn_id);
    await visit(scene, client);
  },
  goOn: async (scene, client) => {
    // Also where the first turn has only now begun.
    await client.call('open_native', openArgs(scene));
    await visit(scene, client);
    const said = deliveries(scene, promptIn(scene));
    assert.ok(said <= 1, `the terminal's prompt reached the model ${said} times`);
  },
  steps: () => ['remember apple'],
  mode: 'full',
  writes: [
    'turn.queued',
    'prompt.sending',
    'process.started',
    'turn.rested',
    'message.queued',
    'messages.moved',
    'turn.worked',
    'turn.ended',
  ],
} as const satisfies Story;

/** Typed there, it can have no white space at its end. */
function promptIn({ tag }: Scene): string {
  return promptOf(`${tag} is in its terminal.`, ['say Here.']).trim();
}

function openArgs(scene: Scene) {
  return {
    thread_id: threadOf(scene),
    additional_prompt: promptIn(scene),
    idempotency_key: `open ${scene.tag}`,
  };
}

/** As a person who sits there; where the terminal is closed already, the message comes in a turn of its own. */
async function visit(scene: Scene, client: DockClient): Promise<void> {
  const id = threadOf(scene);
  // Once this is answered, the client shows the turn.
  await client.status();
  const isOver = () => {
    const thread = client.threads.get(id);
    const isClosed = thread !== undefined && thread.turn === undefined && thread.queue.length === 0;
    return client.state.kind !== 'connected' || isClosed;
  };
  const hasRested = async (times: number) => isOver() || (await rests(client, id)) >= times;
  await waitFor(`${scene.tag} to rest in its terminal`, () => hasRested(1));
  const message = messageOf(scene);
  const { message_id } = await client.call('send_message', message);
  const known = scene.acknowledged.messages.get(message.idempotency_key) ?? message_id;
  assert.equal(message_id, known, 'a repeated message');
  scene.acknowledged.messages.set(message.idempotency_key, message_id);
  await waitFor(`${scene.tag} to rest again`, () => hasRested(2));
  await leave(scene, client, isOver);
  await settle(scene, client);
}

function messageOf(scene: Scene) {
  return {
    thread_id: threadOf(scene),
    text: `Think of ${wordOf(scene, 'later')}.`,
    when: 'turn_end' as const,
    idempotency_key: `send ${scene.tag}`,
  };
}

/** How often the agent of the terminal has come to rest after it said something. */
async function rests(client: DockClient, id: ThreadId): Promise<number> {
  let count = 0;
  let hasSpoken = false;
  for (const { type } of await historyOf(client, id)) {
    if (type === 'turn.queued') [count, hasSpoken] = [0, false];
    if (type === 'text') hasSpoken = true;
    if (type !== 'turn.rested' || !hasSpoken) continue;
    count += 1;
    hasSpoken = false;
  }
  return count;
}

async function leave(scene: Scene, client: DockClient, isOver: () => boolean): Promise<void> {
  const id = threadOf(scene);
  let screen = '';
  const stop = client.watchScreen(id, ({ reset, data }) => {
    screen = reset ? data : screen + data;
  });
  try {
    if (isOver()) return;
    client.write(id, '/exit');
    // An Enter that comes with the text would be a part of it.
    await waitFor(`${scene.tag} to show what is typed`, () => isOver() || screen.includes('/exit'));
    client.write(id, '\r');
    await waitFor(`${scene.tag} to leave its terminal`, isOver);
  } finally {
    stop();
  }
}
