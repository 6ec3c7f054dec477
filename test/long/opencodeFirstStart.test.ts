import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createOpencodeDriver } from '../../src/providers/opencode/driver.ts';
import { makeDriverPlace } from '../drivers/driverPlace.ts';
import { script } from '../drivers/opencodeHarness.ts';
import { makeTurnStarter } from '../drivers/turnStarter.ts';
import { makeRandom } from '../support/random.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const rounds = 25;
/** Those that start within this of each other trip: their database is brought up to date for about as long. */
const longestPauseMs = 300;

test(`opencode: of three windows with the first OpenCode of a HOME all work, ${rounds} times (SEED=${seed})`, async () => {
  const random = makeRandom(seed);
  for (let round = 0; round < rounds; round += 1) await startThree(random);
});

async function startThree(random: () => number): Promise<void> {
  const place = await makeDriverPlace('dock-first-');
  const windows = [1, 2, 3].map(() => {
    const driver = createOpencodeDriver(place.contextFor({}, undefined));
    return { driver, starter: makeTurnStarter(driver, place.workspace, 'full') };
  });
  try {
    const ends = windows.map(async ({ starter }) => {
      await pause(random() * longestPauseMs);
      const { turn } = starter.start(script('say It works.'));
      const { outcome, error } = await turn.ended;
      return [outcome, error?.message];
    });
    const fine = ['completed', undefined];
    assert.deepEqual(await Promise.all(ends), [fine, fine, fine]);
  } finally {
    for (const { driver, starter } of windows) {
      await driver.close();
      await starter.endAll();
    }
    await place.close();
  }
}
