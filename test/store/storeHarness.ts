import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openThreadStore, type ThreadStore, type ThreadStoreOptions } from '../../src/store/threadStore.ts';
import type { Owner } from '../support/owner.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** One process is one owner: its id and this stand for it. */
export const startTimeOf = async (pid: number): Promise<string | undefined> =>
  pid === process.pid ? 'now' : undefined;

export type StoreHarness = Awaited<ReturnType<typeof makeStoreHarness>>;

/** A workspace folder whose store can be opened, closed and opened again. */
export async function makeStoreHarness(t: Owner) {
  const stores: ThreadStore[] = [];
  // Runs before the folders are removed: the first to be registered is the first to run.
  t.after(async () => {
    for (const store of stores) await store.close();
  });
  const workspace = await temporaryFolder(t);
  const userConfigDir = await temporaryFolder(t);
  const state = join(workspace, '.agentdock', 'state');
  return {
    workspace,
    userConfigDir,
    state,
    open: async (options: Partial<ThreadStoreOptions> = {}) => {
      const store = await openThreadStore({ workspace, userConfigDir, startTimeOf, ...options });
      stores.push(store);
      return store;
    },
    read: (name: string) => readFile(join(state, name), 'utf8'),
  };
}

export function snapshotOf(store: ThreadStore): unknown {
  return [...store.threads().values()].sort((a, b) => a.id.localeCompare(b.id));
}
