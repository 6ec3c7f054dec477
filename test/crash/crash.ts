import { setTimeout as pause } from 'node:timers/promises';
import type { Dock } from '../host/harness.ts';
import { endAll, isGone } from '../host/processes.ts';
import type { RealProvider } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
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
  const scene = await makeScene(dock, provider, name);
  const host = startCrashingHost(dock, point);
  return endAndRecover(scene, stories[name], host, told =>
    told.then(async trouble => {
      // What cut the story short is most often the death itself, of which we hear a moment later.
      await pause(patienceMs, undefined, { ref: false });
      throw new Error(`The host never came to the point ${describePoint(point)}.`, { cause: trouble });
    }),
  );
}

/** The same at a moment that follows no call, counted from the end of the opening. */
export async function crashAfter(
  dock: Dock,
  provider: RealProvider,
  name: StoryName,
  delayMs: number,
): Promise<Recovery> {
  const scene = await makeScene(dock, provider, name);
  const host = startCrashingHost(dock, {});
  const opened = Promise.withResolvers<void>();
  const story: Story = stories[name];
  const told: Story = {
    ...story,
    run: (...all) => {
      opened.resolve();
      return story.run(...all);
    },
  };
  return endAndRecover(scene, told, host, async () => {
    await opened.promise;
    await pause(delayMs);
    process.kill(host.pid, 'SIGKILL');
    await host.died;
  });
}

/** Milliseconds from the end of the story's opening to its own end. */
export async function durationOf(dock: Dock, provider: RealProvider, name: StoryName): Promise<number> {
  const story: Story = stories[name];
  const scene = await makeScene(dock, provider, name);
  const client = await dock.connect();
  await story.opening?.(scene, client);
  const start = performance.now();
  await story.run(scene, client);
  const duration = performance.now() - start;
  const pid = await dock.hostPid();
  await client.stop();
  client.dispose();
  await waitFor(`host ${pid} to end`, () => isGone(pid), { timeoutMs: 30_000 });
  return duration;
}

async function endAndRecover(
  scene: Scene,
  story: Story,
  host: CrashingHost,
  end: (told: Promise<unknown>) => Promise<void>,
): Promise<Recovery> {
  const told = tell(scene, story, host);
  try {
    await Promise.race([host.died, end(told)]);
    await told;
    return await checkRecovered(scene, story);
  } finally {
    // After a failure: the next scene begins without a host.
    await endAll(await scene.dock.hostPids());
  }
}

/** The story, as far as the host lives; gives what ended it before. */
export async function tell(scene: Scene, story: Story, host: CrashingHost): Promise<unknown> {
  try {
    if (!(await host.ready)) return undefined;
    const client = await scene.dock.connect({ start: false });
    try {
      await story.opening?.(scene, client);
      await story.run(scene, client);
    } finally {
      client.dispose();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}
