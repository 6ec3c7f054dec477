import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import { historyOf } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { deliveries, promptOf, type Scene, type Story, spawnToEnd, threadOf } from './scene.ts';
import { settle } from './settle.ts';

/** The thread's session is opened in its provider's own terminal with something to say, and left again. */
export const native = {
  opening: spawnToEnd,
  run: async (scene, client) => {
    const { turn_id } = await client.call('open_native', openArgs(scene));
    scene.acknowledged.turns.push(turn_id);
    await leave(scene, client);
    await settle(scene, client);
  },
  goOn: async (scene, client) => {
    // Also where the first turn has only now begun.
    await client.call('open_native', openArgs(scene));
    await leave(scene, client);
    await settle(scene, client);
    const said = deliveries(scene, promptIn(scene));
    assert.ok(said <= 1, `the terminal's prompt reached the model ${said} times`);
  },
  steps: () => ['remember apple'],
  mode: 'full',
  writes: ['turn.queued', 'prompt.sending', 'process.started', 'turn.ended'],
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

/** As a person who sits there, once the agent has answered; where the terminal is closed already there is nothing to do. */
async function leave(scene: Scene, client: DockClient): Promise<void> {
  const id = threadOf(scene);
  // Once this is answered, the client shows the turn.
  await client.status();
  let screen = '';
  const stop = client.watchScreen(id, ({ reset, data }) => {
    screen = reset ? data : screen + data;
  });
  const isOver = () => {
    const thread = client.threads.get(id);
    const isClosed = thread !== undefined && thread.turn === undefined && thread.queue.length === 0;
    return client.state.kind !== 'connected' || isClosed;
  };
  const hasAnswered = async () =>
    (await historyOf(client, id)).some(({ type, text }) => type === 'text' && text === 'Here.');
  try {
    await waitFor(`${scene.tag} to answer in its terminal`, async () => isOver() || (await hasAnswered()));
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
