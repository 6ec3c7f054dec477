import type { DockClient } from './dockClient.ts';

/** Has a host that runs nothing give way to the next one, which reads the settings anew. A busy one goes on. */
export async function restartIdleHost(client: DockClient): Promise<void> {
  const offline = Promise.withResolvers<void>();
  const unsubscribe = client.onDidChangeState(({ kind }) => {
    if (kind === 'offline') offline.resolve();
  });
  try {
    if (await client.stop({ whenIdle: true })) await offline.promise;
  } finally {
    unsubscribe();
    client.retry();
  }
}
