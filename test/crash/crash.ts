import { setTimeout as pause } from 'node:timers/promises';
import type { Dock } from '../host/harness.ts';
import { endAll, isGone } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';
import { type CrashingHost, type CrashPoint, describePoint, startCrashingHost } from './crashingHost.ts';
import { countsFrom, tellOpening } from './opening.ts';
import { checkRecovered, type Recovery } from './recovered.ts';
import { checkTurnsRecovered } from './recoveredTurns.ts';
import type { CrashProvider, Scene, Story } from './scene.ts';
import { makeScene, type StoryName, stories } from './story.ts';

/** After the story has ended; the index is written within seconds. */
const patienceMs = 100_000;

/** Lets the host die at the point of the story, then checks what the next one makes of it. */
export async function crashAt(
  dock: Dock,
  provider: CrashProvider,
  name: StoryName,
  point: CrashPoint,
): Promise<Recovery> {
  const scene = await makeScene(dock, provider, name);
  const story: Story = stories[name];
  return recover(scene, story, async () => {
    const host = startCrashingHost(dock, { ...point, ...countsFrom(scene, story) });
    await diesAt(host, point, tell(scene, story, host));
  });
}

/** The host dies at the first point of a spawn, and the one that comes to recover what it left at the second. */
export async function crashTwice(
  dock: Dock,
  provider: CrashProvider,
  first: CrashPoint,
  second: CrashPoint,
): Promise<Recovery> {
  const scene = await makeScene(dock, provider, 'spawn');
  return recover(scene, stories.spawn, async () => {
    const host = startCrashingHost(dock, first);
    await diesAt(host, first, tell(scene, stories.spawn, host));
    const next = startCrashingHost(dock, second);
    await diesAt(next, second, next.ready);
  });
}

/** The host dies at a moment that follows no call, counted from the end of the story's opening. */
export async function crashAfter(
  dock: Dock,
  provider: CrashProvider,
  name: StoryName,
  delayMs: number,
): Promise<Recovery> {
  const scene = await makeScene(dock, provider, name);
  const opened = Promise.withResolvers<void>();
  const story: Story = stories[name];
  const told: Story = {
    ...story,
    run: (...all) => {
      opened.resolve();
      return story.run(...all);
    },
  };
  return recover(scene, story, async () => {
    const host = startCrashingHost(dock, {});
    const telling = tell(scene, told, host);
    await opened.promise;
    await pause(delayMs);
    process.kill(host.pid, 'SIGKILL');
    await host.died;
    await telling;
  });
}

/** Milliseconds from the end of the story's opening to its own end. */
export async function durationOf(dock: Dock, provider: CrashProvider, name: StoryName): Promise<number> {
  const story: Story = stories[name];
  const scene = await makeScene(dock, provider, name);
  const client = await dock.connect();
  const stop = story.meanwhile?.(client);
  await story.opening?.(scene, client);
  const start = performance.now();
  await story.run(scene, client);
  const duration = performance.now() - start;
  stop?.();
  const pid = await dock.hostPid();
  await client.stop();
  client.dispose();
  await waitFor(`host ${pid} to end`, () => isGone(pid));
  return duration;
}

async function recover(scene: Scene, story: Story, crash: () => Promise<void>): Promise<Recovery> {
  try {
    await crash();
    const { goOn } = story;
    return goOn === undefined ? await checkRecovered(scene, story) : await checkTurnsRecovered(scene, goOn);
  } finally {
    // After a failure: the next scene begins without a host.
    await endAll(await scene.dock.hostPids());
  }
}

/** Waits for the death. Rejects when all that leads to the point is over, and the host lives. */
async function diesAt(host: CrashingHost, point: CrashPoint, told: Promise<unknown>): Promise<void> {
  const missed = told.then(async trouble => {
    // What cut the story short is most often the death itself, of which we hear a moment later.
    await pause(patienceMs, undefined, { ref: false });
    throw new Error(`The host never came to the point ${describePoint(point)}.`, { cause: trouble });
  });
  await Promise.race([host.died, missed]);
  await told;
}

/** The story, as far as the host lives; gives what ended it before. */
async function tell(scene: Scene, story: Story, host: CrashingHost): Promise<unknown> {
  try {
    if (!(await host.ready)) return undefined;
    const client = await scene.dock.connect({ start: false });
    const stop = story.meanwhile?.(client);
    try {
      await tellOpening(scene, story, client);
      await story.run(scene, client);
    } finally {
      stop?.();
      client.dispose();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}
