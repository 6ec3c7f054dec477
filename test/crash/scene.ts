import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import type { ToolArgs } from '../../src/contracts/tools.ts';
import type { Dock } from '../host/harness.ts';
import { atRest, type RealProvider } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { timesRun } from './programs.ts';

/** Whose turns a host is killed in: those of the real CLIs, and programs in a pty. */
export type CrashProvider = RealProvider | 'command';

/** What a person asks for while the host is about to die, and what they were told by then. */
export interface Scene {
  readonly dock: Dock;
  readonly provider: CrashProvider;
  /** In all its names and prompts, so that many scenes share one workspace. */
  readonly tag: string;
  readonly spawn: ToolArgs<'spawn_thread'>;
  /** The prompt whose way is watched. */
  readonly prompt: string;
  readonly acknowledged: {
    thread?: ThreadId;
    /** Turns in the order of their acknowledgement. */
    readonly turns: string[];
    /** The messages' keys, to their ids. */
    readonly messages: Map<string, string>;
    /** Requests that were answered. */
    readonly answers: Set<string>;
    cancel: boolean;
    /** That the thread may do nothing any more without asking. */
    forgotten: boolean;
  };
}

export interface Story {
  /** What comes before the calls that count; absent: they count from the start of the host. */
  readonly opening?: (scene: Scene, client: DockClient) => Promise<void>;
  readonly run: (scene: Scene, client: DockClient) => Promise<void>;
  /** What the person does all the while, also with the next host; until the returned function is called. */
  readonly meanwhile?: (client: DockClient) => () => void;
  readonly steps: (tag: string) => readonly string[];
  /** Lines of the shell that do the same in a `command`; absent: the story is none of a program. */
  readonly program?: (tag: string) => readonly string[];
  readonly mode: 'full' | 'ask';
  /** What the journal surely holds of it. */
  readonly writes: readonly StateChange['type'][];
  /** The watched prompt is that of a second turn, with these steps. */
  readonly secondSteps?: readonly string[];
  readonly secondProgram?: readonly string[];
  /** Turns follow the first one: once the next host is there, this asks for them again and waits for the last. */
  readonly goOn?: (scene: Scene, client: DockClient) => Promise<void>;
}

export const spawn: Story['run'] = async (scene, client) => {
  const started = await client.call('spawn_thread', scene.spawn);
  scene.acknowledged.thread = started.thread_id;
  scene.acknowledged.turns.push(started.turn_id);
};

export const spawnToEnd: Story['run'] = async (scene, client) => {
  await spawn(scene, client);
  await atRest(client, threadOf(scene));
};

/** Until the agent waits for the person's word. */
export const spawnToAsked: Story['run'] = async (scene, client) => {
  await spawn(scene, client);
  const isAsked = () =>
    client.state.kind !== 'connected' || client.threads.get(threadOf(scene))?.state === 'waiting_permission';
  await waitFor(`${scene.tag} to ask`, isAsked);
};

/** Stories that ask for one name the file that is made once they are allowed to. */
export function askedFile(tag: string): string {
  return `${tag}-asked.txt`;
}

export function promptOf(title: string, steps: readonly string[]): string {
  return [title, '<<script', ...steps, 'script>>', ''].join('\n');
}

export function threadOf({ acknowledged: { thread } }: Scene): ThreadId {
  if (thread === undefined) throw new Error('Expected a thread that was acknowledged.');
  return thread;
}

/** By it a text is found again in a conversation: no other has it. */
export function wordOf({ tag }: Pick<Scene, 'tag'>, kind: string): string {
  return `w-${kind}-${tag.replaceAll('-', '')}`;
}

/** How much a program of the scene has written; 0 before it has begun. */
export async function growth({ dock, tag }: Scene, place: 'away' | 'here'): Promise<number> {
  const text = await readFile(join(dock.workspace, `${tag}-${place}`), 'utf8').catch(() => '');
  return text.length;
}

/**
 * How often the model was asked with the prompt as the last thing said: each delivery asks once. Of a program: how often
 * it ran.
 */
export function deliveries(scene: Scene, prompt: string): number {
  if (scene.provider === 'command') return timesRun(scene, prompt);
  return scene.dock.models.requests().filter(({ side, userTurns, toolCalls, steers }) => {
    if (side || userTurns.at(-1) !== prompt) return false;
    return (toolCalls.length === 0 && steers.length === 0) || userTurns.length > 1;
  }).length;
}

/** A program that writes until it is ended. */
export async function writeGrower(workspace: string): Promise<void> {
  const file = join(workspace, 'grow.sh');
  await writeFile(file, '#!/bin/sh\nwhile :; do echo x >> "$1"; sleep 0.02; done\n');
  await chmod(file, 0o755);
}
