import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dock } from '../host/harness.ts';
import { isGone } from '../host/processes.ts';
import { waitFor } from '../support/waitFor.ts';
import { type CrashPoint, startCrashingHost } from './crashingHost.ts';
import { countsFrom, tellOpening } from './opening.ts';
import { type Moment, moments } from './preload/crash.ts';
import type { CrashProvider, Story } from './scene.ts';
import { makeScene, type StoryName, stories } from './story.ts';

/**
 * Every call that a host makes during a story, found by letting it happen: each name once, before and after (a line of
 * the journal also torn, and written but not synced). Calls of the story's opening do not count.
 */
export async function allPoints(
  dock: Dock,
  provider: CrashProvider,
  name: StoryName,
): Promise<readonly CrashPoint[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dock-record-'));
  const record = join(folder, 'calls');
  const story: Story = stories[name];
  const scene = await makeScene(dock, provider, name);
  const host = startCrashingHost(dock, { record, ...countsFrom(scene, story) });
  try {
    if (!(await host.ready)) throw new Error('The host did not start.');
    const client = await dock.connect({ start: false });
    await tellOpening(scene, story, client);
    const stop = story.meanwhile?.(client);
    await story.run(scene, client);
    stop?.();
    // What is written after a moment of quiet.
    const isSaved = async () => (await recorded(record)).some(isSave);
    await waitFor('the index to be saved', isSaved);
    const all = await recorded(record);
    await client.stop();
    client.dispose();
    await waitFor('the host to end', () => isGone(host.pid));
    const points = firstOfEach(all);
    const missing = story.writes.filter(
      type => !points.some(({ at }) => `${at} `.startsWith(`journal ${type} `)),
    );
    if (missing.length > 0) throw new Error(`The story ${name} did not write ${missing.join(', ')}.`);
    return points;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function recorded(file: string): Promise<readonly CrashPoint[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap(line => {
      const [at = '', word, nth = '1'] = line.split('\t');
      const when = moments.find(moment => moment === word);
      return when === undefined ? [] : [{ at, when, nth: Number(nth) }];
    });
}

function isSave({ at, when }: CrashPoint): boolean {
  return at === 'file agentdock.db' && when === 'after';
}

function firstOfEach(points: readonly CrashPoint[]): readonly CrashPoint[] {
  const seen = new Set<string>();
  return points.filter(({ at, when }) => {
    const key = keyOf(at, when);
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst && isRepeatable(at);
  });
}

function keyOf(at: string, when: Moment): string {
  return `${when} ${at}`;
}

/** How often the mirror and the index are written, and how a stream is cut into pieces, differs from run to run. */
function isRepeatable(at: string): boolean {
  return !/active_workers|stream_event|delta|rateLimits|tokenUsage/.test(at);
}
