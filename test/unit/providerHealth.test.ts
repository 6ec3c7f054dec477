import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderHealth } from '../../src/contracts/provider.ts';
import { createHealthCheck } from '../../src/host/providerHealth.ts';

const second = 1000;

/** Two drivers that only say how they are, and how often each was asked. */
function makeDrivers() {
  const asked = { codex: 0, opencode: 0 };
  const health: Record<keyof typeof asked, ProviderHealth['status']> = {
    codex: 'healthy',
    opencode: 'offline',
  };
  const drivers = (['codex', 'opencode'] as const).map(provider => ({
    provider,
    checkHealth: async () => {
      asked[provider] += 1;
      return {
        provider,
        installed: true,
        signed_in: 'yes' as const,
        status: health[provider],
        message: 'So.',
      };
    },
    startTurn: () => assert.fail('Nobody asked for a turn.'),
    close: async () => {},
  }));
  return { asked, health, drivers };
}

test('a driver that is ready is asked again after a minute, one that is not after five seconds', async () => {
  const { asked, drivers } = makeDrivers();
  let now = 0;
  const check = createHealthCheck(drivers, () => now);
  await Promise.all([check(), check()]);
  assert.deepEqual(asked, { codex: 1, opencode: 1 });
  now = 4 * second;
  await check();
  assert.deepEqual(asked, { codex: 1, opencode: 1 });
  now = 6 * second;
  await check();
  assert.deepEqual(asked, { codex: 1, opencode: 2 });
  now = 61 * second;
  await check();
  assert.deepEqual(asked, { codex: 2, opencode: 3 });
});

test('what a person has mended is seen, and stays known then', async () => {
  const { asked, health, drivers } = makeDrivers();
  let now = 0;
  const check = createHealthCheck(drivers, () => now);
  await check();
  health.opencode = 'healthy';
  now = 6 * second;
  assert.deepEqual(
    (await check()).map(({ status }) => status),
    ['healthy', 'healthy'],
  );
  now = 60 * second;
  await check();
  assert.equal(asked.opencode, 2);
});
