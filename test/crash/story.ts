import type { ToolArgs } from '../../src/contracts/tools.ts';
import type { Dock } from '../host/harness.ts';
import { atRest } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { refusal, rule, withdrawal } from './askStories.ts';
import { ask, send } from './mailStories.ts';
import { native } from './nativeStory.ts';
import { programOf, untilNoted } from './programs.ts';
import {
  type CrashProvider,
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
/** Of a program: it remembers nothing. */
export const secondAnswer = 'The second answer.';

export const stories = {
  spawn: {
    run: spawnToEnd,
    // The tool itself ends at once and leaves a child in a session of its own.
    steps: tag => [
      'say Working.',
      `shell setsid ./grow.sh ${tag}-away < /dev/null > /dev/null 2>&1 & echo started`,
      `say ${firstAnswer}`,
    ],
    program: tag => [
      `setsid ./grow.sh ${tag}-away < /dev/null > /dev/null 2>&1 &`,
      untilNoted,
      `echo '${firstAnswer}'`,
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
    program: () => ['echo apple'],
    secondSteps: ['recall'],
    secondProgram: [untilNoted, `echo '${secondAnswer}'`],
    mode: 'full',
    writes: ['turn.queued', 'turn.ended'],
  },
  refusal,
  withdrawal,
  rule,
  cancel: {
    opening: async (scene, client) => {
      await spawn(scene, client);
      // A program may be at work before the host has written down that it is.
      const isRunning = () => client.threads.get(threadOf(scene))?.state === 'running';
      const isGrowing = async () => isRunning() && (await growth(scene, 'here')) > 0;
      await waitFor(`${scene.tag} to grow`, () => client.state.kind !== 'connected' || isGrowing());
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
    program: tag => [
      `setsid ./grow.sh ${tag}-away < /dev/null > /dev/null 2>&1 &`,
      `./grow.sh ${tag}-here`,
      `echo '${firstAnswer}'`,
    ],
    mode: 'full',
    writes: ['cancel.requested', 'turn.ended'],
  },
  send,
  ask,
  native,
} as const satisfies Record<string, Story>;
export type StoryName = keyof typeof stories;

let scenes = 0;

/** The stories that can be told of it. */
export function storiesOf(provider: CrashProvider): readonly StoryName[] {
  const all: Readonly<Record<string, Story>> = stories;
  const names = Object.keys(stories) as StoryName[];
  return provider === 'command' ? names.filter(name => all[name]?.program !== undefined) : names;
}

export async function makeScene(dock: Dock, provider: CrashProvider, name: StoryName): Promise<Scene> {
  const story: Story = stories[name];
  scenes += 1;
  const tag = `${name}-${scenes}`;
  await writeGrower(dock.workspace);
  const { secondSteps, secondProgram = [], program } = story;
  const say = (title: string, steps: readonly string[], lines: readonly string[]) =>
    provider === 'command' ? programOf(tag, title, lines) : promptOf(title, steps);
  const first = say(`${tag} begins.`, story.steps(tag), program?.(tag) ?? []);
  const args = {
    provider,
    task_name: tag,
    permission_mode: story.mode,
    prompt: first,
    idempotency_key: `spawn ${tag}`,
  };
  const prompt = secondSteps === undefined ? first : say(`${tag} goes on.`, secondSteps, secondProgram);
  const acknowledged = {
    turns: [],
    messages: new Map(),
    answers: new Set<string>(),
    cancel: false,
    forgotten: false,
  };
  return { dock, provider, tag, spawn: args, prompt, acknowledged };
}

export function resumeArgs(scene: Scene): ToolArgs<'resume_thread'> {
  return {
    thread_id: threadOf(scene),
    additional_prompt: scene.prompt,
    idempotency_key: `resume ${scene.tag}`,
  };
}
