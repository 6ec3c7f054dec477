import type { DockClient } from './dockClient.ts';

/** Ends a host once it runs nothing, and has the next one started, which reads the settings anew. */
export async function restartWhenIdle(client: DockClient): Promise<void> {
  const offline = Promise.withResolvers<void>();
  const unsubscribe = client.onDidChangeState(({ kind }) => {
    if (kind === 'offline') offline.resolve();
  });
  try {
    await client.stop({ whenIdle: true });
    await offline.promise;
  } finally {
    unsubscribe();
    client.retry();
  }
}
