import { chmod, lstat, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import { errorCodeOf, storageError } from '../core/storageError.ts';

/** `.agentdock/state/` of one workspace folder and where things lie in it. */
export interface StateFolder {
  readonly workspace: string;
  readonly dir: string;
  readonly journalDir: string;
  readonly historyDir: string;
  readonly blobsDir: string;
  /** What was taken out of `.agentdock/requests/` and is not answered yet. */
  readonly dropsDir: string;
  readonly indexFile: string;
  readonly mirrorFile: string;
  readonly lockFile: string;
  readonly hostFile: string;
  /** Whether the workspace path still leads to the folder that was opened: it may have been moved or replaced. */
  rootIsStillOurs(): Promise<boolean>;
}

/** Makes what is missing of `.agentdock/state/`, private to the user and out of git's sight. */
export async function openStateFolder(workspace: string): Promise<StateFolder> {
  const dir = join(workspace, '.agentdock', 'state');
  const root = await stat(workspace).catch((cause: unknown) => {
    throw storageError('open the workspace folder', workspace, cause);
  });
  const folder: StateFolder = {
    workspace,
    dir,
    journalDir: join(dir, 'journal'),
    historyDir: join(dir, 'history'),
    blobsDir: join(dir, 'blobs'),
    dropsDir: join(dir, 'drops'),
    indexFile: join(dir, 'agentdock.db'),
    mirrorFile: join(dir, 'active_workers.json'),
    lockFile: join(dir, 'lock'),
    hostFile: join(dir, 'host.json'),
    rootIsStillOurs: async () => {
      const now = await stat(workspace).catch(() => undefined);
      return now !== undefined && now.ino === root.ino && now.dev === root.dev;
    },
  };
  await makeStateFolder(folder);
  return folder;
}

/** Also brings back a folder that was removed under a living host. */
export async function makeStateFolder(folder: StateFolder): Promise<void> {
  try {
    await makeFolder(join(folder.workspace, '.agentdock'), 0o755);
    await makeFolder(folder.dir, 0o700);
    for (const inner of [folder.journalDir, folder.historyDir, folder.blobsDir, folder.dropsDir])
      await makeFolder(inner, 0o700);
    await ignoreAll(join(folder.dir, '.gitignore'));
  } catch (cause) {
    throw storageError('prepare', folder.dir, cause);
  }
}

async function makeFolder(folder: string, mode: number): Promise<void> {
  const made = await mkdir(folder, { mode }).then(
    () => true,
    (cause: unknown) => {
      if (errorCodeOf(cause) === 'EEXIST') return false;
      throw cause;
    },
  );
  if (made) return;
  const found = await lstat(folder);
  if (!found.isDirectory()) {
    // A link that came with a clone would have us write somewhere else.
    throw new DockError('storage_unavailable', `Expected ${folder} to be a folder of its own`, {
      retryable: false,
      hint: 'A link or a file is in its place. Move it aside and start the host again.',
    });
  }
  if (mode === 0o700 && process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(folder, mode);
}

async function ignoreAll(file: string): Promise<void> {
  await writeFile(file, '*\n', { flag: 'wx' }).catch((cause: unknown) => {
    if (errorCodeOf(cause) !== 'EEXIST') throw cause;
  });
}
