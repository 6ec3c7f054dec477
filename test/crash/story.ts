import type { ToolArgs } from '../../src/contracts/tools.ts';
import type { Dock } from '../host/harness.ts';
import { atRest, denyPermissions, type RealProvider } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { ask, send } from './mailStories.ts';
import { native } from './nativeStory.ts';
import {
  growth,
  promptOf,
  type Scene,
  type Story,
  spawn,
  spawnToEnd,
  threadOf,
  writeGrower,
} from './scene.ts';

export const firstAnswer = 'The first answer.';

export const stories = {
  spawn: {
    run: spawnToEnd,
    // The tool itself ends at once and leaves a child in a session of its own.
    steps: tag => [
      'say Working.',
      `shell setsid ./grow.sh ${tag}-away < /dev/null > /dev/null 2>&1 & echo started`,
      `say ${firstAnswer}`,
    ],
    mode: 'full',
    writes: [
      'thread.created',
      'turn.queued',
      'turn.preparing',
      'turn.starting',
      'process.started',
      'session.bound',
      'prompt.sending',
      'turn.started',
      'turn.ended',
    ],
  },
  resume: {
    opening: spawnToEnd,
    run: async (scene, client) => {
      const { turn_id } = await client.call('resume_thread', resumeArgs(scene));
      scene.acknowledged.turns.push(turn_id);
      await atRest(client, threadOf(scene));
    },
    steps: () => ['remember apple'],
    secondSteps: ['recall'],
    mode: 'full',
    writes: ['turn.queued', 'turn.ended'],
  },
  refusal: {
    run: spawnToEnd,
    meanwhile: client => denyPermissions(client, 'Not this.'),
    steps: tag => [`write ${tag}-refused.txt no`, 'say Refused.', `say ${firstAnswer}`],
    mode: 'ask',
    writes: ['request.opened', 'request.answered'],
  },
  cancel: {
    opening: async (scene, client) => {
      await spawn(scene, client);
      const isGrowing = async () => client.state.kind !== 'connected' || (await growth(scene, 'here'));
      await waitFor(`${scene.tag} to grow`, isGrowing);
    },
    run: async (scene, client) => {
      await client.call('cancel_thread', { thread_id: threadOf(scene) });
      scene.acknowledged.cancel = true;
    },
    steps: tag => [
      `shell setsid ./grow.sh ${tag}-away < /dev/null > /dev/null 2>&1 & ./grow.sh ${tag}-here`,
      // Codex lets its model go on while the command runs.
      'gate never',
      `say ${firstAnswer}`,
    ],
    mode: 'full',
    writes: ['cancel.requested', 'turn.ended'],
    endsByCancel: true,
  },
  send,
  ask,
  native,
} as const satisfies Record<string, Story>;
export type StoryName = keyof typeof stories;

let scenes = 0;

export async function makeScene(dock: Dock, provider: RealProvider, name: StoryName): Promise<Scene> {
  const story: Story = stories[name];
  scenes += 1;
  const tag = `${name}-${scenes}`;
  await writeGrower(dock.workspace);
  const first = promptOf(`${tag} begins.`, story.steps(tag));
  const args = {
    provider,
    task_name: tag,
    permission_mode: story.mode,
    prompt: first,
    idempotency_key: `spawn ${tag}`,
  };
  const prompt = story.secondSteps === undefined ? first : promptOf(`${tag} goes on.`, story.secondSteps);
  const acknowledged = { turns: [], messages: new Map(), answers: new Set<string>(), cancel: false };
  return { dock, provider, tag, spawn: args, prompt, acknowledged };
}

export function resumeArgs(scene: Scene): ToolArgs<'resume_thread'> {
  return {
    thread_id: threadOf(scene),
    additional_prompt: scene.prompt,
    idempotency_key: `resume ${scene.tag}`,
  };
}
