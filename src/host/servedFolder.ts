import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { DockError } from '../contracts/errors.ts';

/** A host of this user serves the folder already. */
export class FolderServedError extends DockError {
  constructor() {
    super('conflict', 'Another host of yours serves this folder, and does not say where it listens.', {
      hint: 'Its process stands in .agentdock/state/host.log. End it if it is stuck, then try again.',
    });
  }
}

/**
 * Looks beside the endpoint of a new host for sockets of the same folder that somebody listens at. The lock alone does
 * not tell: `git clean -fdx` takes it away from under a living host. Named pipes have no folder to look in.
 */
export async function refuseServedFolder(endpoint: string): Promise<void> {
  for (const other of await othersOf(endpoint)) if (await listens(other)) throw new FolderServedError();
}

/** Sockets of hosts that were killed; to be called by the one that holds the lock. */
export async function removeDeadSockets(endpoint: string): Promise<void> {
  for (const other of await othersOf(endpoint)) if (!(await listens(other))) await rm(other, { force: true });
}

async function othersOf(endpoint: string): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const [folder, own] = [dirname(endpoint), basename(endpoint)];
  const prefix = own.slice(0, own.indexOf('-') + 1);
  const names = await readdir(folder).catch(() => []);
  return names.filter(name => name.startsWith(prefix) && name !== own).map(name => join(folder, name));
}

function listens(endpoint: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(endpoint);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
