import { test } from 'node:test';
import { chosenProviders } from '../support/chosenProviders.ts';
import { expectToldOnce, prepare, tellUnderKills } from './masterUnderKills.ts';

// The runner of the long tests chooses one and prints it.
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const disturbances = Number(process.env['ROUNDS'] ?? 10);

for (const provider of chosenProviders()) {
  test(`${provider} as master: its story comes to the same end under a host killed and a window reloaded at random (SEED=${seed})`, async t => {
    const story = await prepare(t, provider);
    const { reload } = story.window;
    await expectToldOnce(story, await tellUnderKills(story, { seed, disturbances, reload }));
  });
}
