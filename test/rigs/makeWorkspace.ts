import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestFolders {
  readonly root: string;
  readonly workspace: string;
  readonly home: string;
  readonly remove: () => Promise<void>;
}

/** A workspace with a control plane and an empty HOME; short paths, because sockets may lie in them. */
export async function makeWorkspace(): Promise<TestFolders> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-')));
  const workspace = join(root, 'workspace');
  const home = join(root, 'home');
  await mkdir(join(workspace, '.agentdock'), { recursive: true });
  await mkdir(home);
  return {
    root,
    workspace,
    home,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
