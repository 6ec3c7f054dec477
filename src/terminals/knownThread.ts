import type { DockClient } from '../client/dockClient.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';

const patienceMs = 2_000;

/**
 * The thread as the client knows it. The answer to a spawn can be here before the news of the thread: it is then
 * waited for, a moment only.
 */
export async function knownThread(
  client: Pick<DockClient, 'threads' | 'onDidChangeThreads'>,
  id: ThreadId,
): Promise<Thread | undefined> {
  const known = client.threads.get(id);
  if (known !== undefined) return known;
  return new Promise(resolve => {
    const settle = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve(client.threads.get(id));
    };
    const timer = setTimeout(settle, patienceMs);
    const unsubscribe = client.onDidChangeThreads(() => {
      if (client.threads.has(id)) settle();
    });
  });
}
