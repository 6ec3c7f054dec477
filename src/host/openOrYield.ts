import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HostFile } from '../contracts/rpc.ts';
import { LockHeldError } from '../store/lockHeldError.ts';
import { askHost } from './askHost.ts';
import { readEndpoint } from './endpoint.ts';
import { type Host, type HostOptions, openHost } from './host.ts';
import { FolderServedError } from './servedFolder.ts';

/** With one last question to the other host still shorter than a starter's patience. */
const yieldMs = 20_000;

/**
 * Undefined when another host serves the folder and answers: it is as good. One that starts, ends or writes its
 * endpoint again is waited for; one that lives and does not answer is reported (`conflict`), never robbed.
 */
export async function openOrYield(options: HostOptions): Promise<Host | undefined> {
  const { workspace, version } = options;
  for (const end = Date.now() + yieldMs; ; ) {
    try {
      return await openHost(options);
    } catch (error) {
      if (!isServedByOther(error)) throw error;
      const isLate = Date.now() > end;
      const owner = error instanceof LockHeldError ? error.owner : undefined;
      const file = await endpointOf(owner?.pid, workspace);
      const answer = file && (await askHost(file, version));
      if (answer === 'answers') return undefined;
      const isSilent = answer === 'silent' || (answer === 'unreachable' && isLate);
      if (file !== undefined && isSilent && (await stillStands(file, workspace))) {
        const lock = join(workspace, '.agentdock', 'state', 'lock');
        throw new LockHeldError('silent', owner ?? { pid: file.pid }, lock);
      }
      if (isLate) throw error;
      await pause(100);
    }
  }
}

function isServedByOther(error: unknown): boolean {
  return error instanceof FolderServedError || (error instanceof LockHeldError && error.why === 'living');
}

/** What the other host published; nothing when the file is not that of the lock's owner. */
async function endpointOf(owner: number | undefined, workspace: string): Promise<HostFile | undefined> {
  const file = await readEndpoint(workspace);
  return owner === undefined || file?.pid === owner ? file : undefined;
}

/** A host that lives and runs puts right what somebody else wrote into its endpoint file. */
async function stillStands(file: HostFile, workspace: string): Promise<boolean> {
  return (await readEndpoint(workspace))?.key === file.key;
}
