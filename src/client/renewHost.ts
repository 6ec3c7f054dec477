import type { DockClient } from './dockClient.ts';
import { restartWhenIdle } from './restartWhenIdle.ts';

/**
 * Has a host that runs nothing give way to one that reads the settings as they are now. One that was started after
 * `changedAt`, such as for another window, has them; a busy one goes on with what it has.
 */
export async function renewHost(
  client: DockClient,
  changedAt: number = Date.now(),
): Promise<'busy' | 'renewed'> {
  const { started_at, active } = await client.status();
  if (Date.parse(started_at) > changedAt) return 'renewed';
  if (active > 0) return 'busy';
  await restartWhenIdle(client);
  return 'renewed';
}
