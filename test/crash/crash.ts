import { setTimeout as pause } from 'node:timers/promises';
import type { Dock } from '../host/harness.ts';
import { endAll } from '../host/processes.ts';
import type { RealProvider } from '../host/turns.ts';
import { type CrashingHost, type CrashPoint, describePoint, startCrashingHost } from './crashingHost.ts';
import { checkRecovered, type Recovery } from './recovered.ts';
import { makeScene, type Scene, type Story, type StoryName, stories } from './story.ts';

/** After the story has ended; the index is written within seconds. */
const patienceMs = 15_000;

/** Lets the host die at the point of the story, then checks what the next one makes of it. */
export async function crashAt(
  dock: Dock,
  provider: RealProvider,
  name: StoryName,
  point: CrashPoint,
): Promise<Recovery> {
  const story: Story = stories[name];
  const scene = await makeScene(dock, provider, name);
  const host = startCrashingHost(dock, point);
  const told = tell(scene, story, host);
  const isDead = await Promise.race([
    host.died.then(() => true),
    // What cut the story short is most often the death itself, of which we hear a moment later.
    told.then(() => pause(patienceMs, false, { ref: false })),
  ]);
  const trouble = await told;
  try {
    if (isDead) return await checkRecovered(scene, story);
    throw new Error(`The host never came to the point ${describePoint(point)}.`, { cause: trouble });
  } finally {
    // After a failure: the next scene begins without a host.
    await endAll(await dock.hostPids());
  }
}

/** The story, as far as the host lives; gives what ended it before. */
export async function tell(scene: Scene, story: Story, host: CrashingHost): Promise<unknown> {
  try {
    if (!(await host.ready)) return undefined;
    const client = await scene.dock.connect({ start: false });
    try {
      await story.opening(scene, client);
      await story.run(scene, client);
    } finally {
      client.dispose();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}
