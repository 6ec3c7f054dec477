import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestFolders {
  readonly root: string;
  readonly workspace: string;
  readonly remove: () => Promise<void>;
}

/** A workspace with a control plane; short paths, because sockets may lie in them. */
export async function makeWorkspace(): Promise<TestFolders> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'dock-')));
  const workspace = join(root, 'workspace');
  await mkdir(join(workspace, '.agentdock'), { recursive: true });
  return {
    root,
    workspace,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
