import { test } from 'node:test';
import { type Dock, makeDock } from '../host/harness.ts';
import { allPoints } from './allPoints.ts';
import { crashAt, crashTwice } from './crash.ts';
import { describePoint } from './crashingHost.ts';
import { moments } from './preload/crash.ts';
import type { CrashProvider } from './scene.ts';
import { type StoryName, storiesOf } from './story.ts';

/** Declares the tests of one provider: a host that dies at each call of the chosen stories, and of a recovery. */
export function testMatrix(
  provider: CrashProvider,
  chosen: readonly StoryName[],
  dockOfFile: () => Dock,
): void {
  const done = new Set<string>();
  for (const story of storiesOf(provider).filter(name => chosen.includes(name))) {
    test(`${provider}, ${story}: a host killed at any call of the story loses nothing and repeats nothing`, async t => {
      for (const point of await allPoints(dockOfFile(), provider, story)) {
        const name = `killed ${describePoint(point)}`;
        // Two stories that begin alike share their beginning.
        if (story === 'refusal' && done.has(name)) continue;
        if (story === 'spawn') done.add(name);
        await t.test(name, async one => {
          // Only the first host of a workspace makes the first segment.
          const where = point.at === 'file journal segment' ? await makeDock(one) : dockOfFile();
          const { fate, delivered } = await crashAt(where, provider, story, point);
          t.diagnostic(`${provider} | ${story} | ${name} | ${fate} | delivered ${delivered}`);
        });
      }
    });
  }

  // What a recovery writes: the turn's way back to the queue, or its end.
  for (const [first, second] of [
    ['journal turn.starting', 'journal turn.requeued'],
    ['journal prompt.sending', 'journal turn.ended'],
  ] as const) {
    for (const when of moments) {
      test(`${provider}: a recovery killed ${when} ${second} changes nothing`, async t => {
        const point = { at: first, when: 'after' } as const;
        const { fate } = await crashTwice(dockOfFile(), provider, point, { at: second, when });
        t.diagnostic(`${provider} | recovery | ${when} ${second} | ${fate}`);
      });
    }
  }
}
