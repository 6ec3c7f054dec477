import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { ToolArgs } from '../../src/contracts/tools.ts';
import type { Dock } from '../host/harness.ts';
import { atRest, denyPermissions, type RealProvider } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';

/** What a person asks for while the host is about to die, and what they were told by then. */
export interface Scene {
  readonly dock: Dock;
  readonly provider: RealProvider;
  /** In all its names and prompts, so that many scenes share one workspace. */
  readonly tag: string;
  readonly spawn: ToolArgs<'spawn_thread'>;
  /** The prompt whose way is watched. */
  readonly prompt: string;
  readonly acknowledged: {
    thread?: ThreadId;
    /** Turns in the order of their acknowledgement. */
    readonly turns: string[];
    cancel: boolean;
  };
}

export interface Story {
  /** What comes before the calls that count; absent: they count from the start of the host. */
  readonly opening?: (scene: Scene, client: DockClient) => Promise<void>;
  readonly run: (scene: Scene, client: DockClient) => Promise<void>;
  /** What the person does all the while, also with the next host; until the returned function is called. */
  readonly meanwhile?: (client: DockClient) => () => void;
  readonly steps: (tag: string) => readonly string[];
  readonly mode: 'full' | 'ask';
  /** It would go on for ever: whoever got no answer to the cancel asks again. */
  readonly endsByCancel?: true;
  /** The watched prompt is that of a second turn, with these steps. */
  readonly secondSteps?: readonly string[];
}

export const firstAnswer = 'The first answer.';

const spawn: Story['run'] = async (scene, client) => {
  const started = await client.call('spawn_thread', scene.spawn);
  scene.acknowledged.thread = started.thread_id;
  scene.acknowledged.turns.push(started.turn_id);
};
const spawnToEnd: Story['run'] = async (scene, client) => {
  await spawn(scene, client);
  await atRest(client, threadOf(scene));
};

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
  },
  refusal: {
    run: spawnToEnd,
    meanwhile: client => denyPermissions(client, 'Not this.'),
    steps: tag => [`write ${tag}-refused.txt no`, 'say Refused.', `say ${firstAnswer}`],
    mode: 'ask',
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
    endsByCancel: true,
  },
} as const satisfies Record<string, Story>;
export type StoryName = keyof typeof stories;

let scenes = 0;

export async function makeScene(dock: Dock, provider: RealProvider, name: StoryName): Promise<Scene> {
  const story: Story = stories[name];
  scenes += 1;
  const tag = `${name}-${scenes}`;
  await writeGrower(dock.workspace);
  const first = promptOf(`${tag} begins.`, story.steps(tag));
  const spawn = {
    provider,
    task_name: tag,
    permission_mode: story.mode,
    prompt: first,
    idempotency_key: `spawn ${tag}`,
  };
  const prompt = story.secondSteps === undefined ? first : promptOf(`${tag} goes on.`, story.secondSteps);
  return { dock, provider, tag, spawn, prompt, acknowledged: { turns: [], cancel: false } };
}

export function resumeArgs(scene: Scene): ToolArgs<'resume_thread'> {
  return {
    thread_id: threadOf(scene),
    additional_prompt: scene.prompt,
    idempotency_key: `resume ${scene.tag}`,
  };
}

export function promptOf(title: string, steps: readonly string[]): string {
  return [title, '<<script', ...steps, 'script>>', ''].join('\n');
}

function threadOf({ acknowledged: { thread } }: Scene): ThreadId {
  if (thread === undefined) throw new Error('Expected a thread that was acknowledged.');
  return thread;
}

/** How much a program of the scene has written; 0 before it has begun. */
export async function growth({ dock, tag }: Scene, place: 'away' | 'here'): Promise<number> {
  const text = await readFile(join(dock.workspace, `${tag}-${place}`), 'utf8').catch(() => '');
  return text.length;
}

/** How often the model was asked with the prompt as the last thing said: each delivery asks once. */
export function deliveries({ dock }: Scene, prompt: string): number {
  return dock.models.requests().filter(({ side, userTurns, toolCalls }) => {
    if (side || userTurns.at(-1) !== prompt) return false;
    return toolCalls.length === 0 || userTurns.length > 1;
  }).length;
}

/** A program that writes until it is ended. */
async function writeGrower(workspace: string): Promise<void> {
  const file = join(workspace, 'grow.sh');
  await writeFile(file, '#!/bin/sh\nwhile :; do echo x >> "$1"; sleep 0.02; done\n');
  await chmod(file, 0o755);
}
