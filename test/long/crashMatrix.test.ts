import { before, test } from 'node:test';
import { allPoints } from '../crash/allPoints.ts';
import { crashAt, crashTwice } from '../crash/crash.ts';
import { describePoint } from '../crash/crashingHost.ts';
import { moments } from '../crash/preload/crash.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { chosenProviders } from '../support/chosenProviders.ts';
import { chosenStories } from './chosenStories.ts';

// One workspace through all of it: what one crash leaves must not hurt the next start either.
const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

for (const provider of chosenProviders()) {
  const done = new Set<string>();
  for (const story of chosenStories()) {
    test(`${provider}, ${story}: a host killed at any call of the story loses nothing and repeats nothing`, async t => {
      for (const point of await allPoints(dock, provider, story)) {
        const name = `killed ${describePoint(point)}`;
        // Two stories that begin alike share their beginning.
        if (story === 'refusal' && done.has(name)) continue;
        if (story === 'spawn') done.add(name);
        await t.test(name, async one => {
          // Only the first host of a workspace makes the first segment.
          const where = point.at === 'file journal segment' ? await makeDock(one) : dock;
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
        const { fate } = await crashTwice(dock, provider, { at: first, when: 'after' }, { at: second, when });
        t.diagnostic(`${provider} | recovery | ${when} ${second} | ${fate}`);
      });
    }
  }
}
