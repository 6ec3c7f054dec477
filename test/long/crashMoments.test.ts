import { before, test } from 'node:test';
import { crashAfter, durationOf } from '../crash/crash.ts';
import { type StoryName, storiesOf } from '../crash/story.ts';
import { type Dock, makeDock, wholeFile } from '../host/harness.ts';
import { chosenProviders } from '../support/chosenProviders.ts';
import { makeRandom } from '../support/random.ts';

const moments = 20;
// The runner of the long tests chooses one and prints it.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const file = wholeFile();
let dock: Dock;
before(async () => {
  dock = await makeDock(file);
});

for (const provider of [...chosenProviders(), 'command'] as const) {
  test(`${provider}: a host killed at ${moments} moments of chance loses nothing and repeats nothing (SEED=${seed})`, async t => {
    const random = makeRandom(seed);
    const names = storiesOf(provider);
    const durations = new Map<StoryName, number>();
    for (const name of names) durations.set(name, await durationOf(dock, provider, name));
    for (let count = 1; count <= moments; count += 1) {
      const name = names[count % names.length] ?? 'spawn';
      const delay = Math.round(random() * (durations.get(name) ?? 0));
      await t.test(`${name}, ${delay} ms after its beginning`, async () => {
        const { fate, delivered } = await crashAfter(dock, provider, name, delay);
        t.diagnostic(`${provider} | ${name} | ${delay} ms | ${fate} | delivered ${delivered}`);
      });
    }
  });
}
