import { DockError } from '../../contracts/errors.ts';
import type { AppServer } from './appServer.ts';

/** The one server of a driver: started on first need, again after it died, closed when nobody needed it for a while. */
export interface ServerPool {
  /** Every `acquire` that succeeded is followed by one `release`. */
  acquire(): Promise<AppServer>;
  release(): void;
  close(): Promise<void>;
}

export function makeServerPool(start: () => Promise<AppServer>, idleMs: number): ServerPool {
  let current: Promise<AppServer> | undefined;
  let users = 0;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  const startOne = (): Promise<AppServer> => {
    const started = start();
    current = started;
    const forget = (): void => {
      if (current === started) current = undefined;
    };
    started.then(server => server.gone.then(forget), forget);
    return started;
  };

  const living = async (): Promise<AppServer> => {
    const server = await (current ?? startOne());
    // One that died may still be busy ending what it left.
    return server.isAlive() ? server : startOne();
  };

  const end = async (): Promise<void> => {
    const ending = current;
    current = undefined;
    const server = await ending?.catch(() => undefined);
    await server?.close();
  };

  const release = (): void => {
    users -= 1;
    if (users > 0 || closed) return;
    idle = setTimeout(() => void end(), idleMs);
    // The server ends with us anyway; it is no reason to stay.
    idle.unref();
  };

  return {
    acquire: async () => {
      if (closed) throw new DockError('cancelled', 'The Codex driver is closed.');
      clearTimeout(idle);
      users += 1;
      try {
        return await living();
      } catch (error) {
        release();
        throw error;
      }
    },
    release,
    close: async () => {
      closed = true;
      clearTimeout(idle);
      await end();
    },
  };
}
