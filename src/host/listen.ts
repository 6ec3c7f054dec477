import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { DockError } from '../contracts/errors.ts';
import type { Log } from './log.ts';

/** Listens at a socket path (made private to the user) or a named pipe. Throws `storage_unavailable`. */
export async function listen(
  endpoint: string,
  log: Log,
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause =>
      reject(new DockError('storage_unavailable', 'The host cannot listen for its clients.', { cause })),
    );
    server.listen(endpoint, resolve);
  });
  // Such as no more file descriptors: one client less, not the end of the host.
  server.on('error', error => log(`a client could not be accepted: ${error.name}`));
  if (process.platform !== 'win32') await chmod(endpoint, 0o600);
  return server;
}
