import { DockError } from '../../contracts/errors.ts';

/** What the pool needs of a server. */
export interface PooledServer {
  /** False as soon as its process has ended. */
  isAlive(): boolean;
  /** Settles some time after that. */
  readonly gone: Promise<unknown>;
  /** Ends the server and what it left behind. */
  close(): Promise<void>;
}

/** The one server of a driver: started on first need, again after it died, closed when nobody needed it for a while. */
export interface ServerPool<Server extends PooledServer> {
  /** Every `acquire` that succeeded is followed by one `release`. */
  acquire(): Promise<Server>;
  /** `isStale`: what the server has read at its start is not good any more; it ends as soon as nobody works with it. */
  release(isStale?: boolean): void;
  /** The server that runs now, if any; nothing is started. */
  current(): Promise<Server | undefined>;
  close(): Promise<void>;
}

export function makeServerPool<Server extends PooledServer>(
  start: () => Promise<Server>,
  idleMs: number,
): ServerPool<Server> {
  let running: Promise<Server> | undefined;
  let users = 0;
  let closed = false;
  let hasStale = false;
  let idle: NodeJS.Timeout | undefined;
  const endings = new WeakMap<Promise<Server>, Promise<void>>();
  /** Endings that are under way; `close` waits for them. */
  const pending = new Set<Promise<void>>();

  const end = (server: Promise<Server>): Promise<void> => {
    if (running === server) running = undefined;
    const known = endings.get(server);
    if (known !== undefined) return known;
    const ending = server.then(
      one => one.close(),
      () => undefined,
    );
    endings.set(server, ending);
    pending.add(ending);
    const forget = (): void => void pending.delete(ending);
    ending.then(forget, forget);
    return ending;
  };

  const startOne = (): Promise<Server> => {
    const started = start();
    running = started;
    hasStale = false;
    const forget = (): void => {
      if (running === started) running = undefined;
    };
    // One that died left its tools and its temporary files.
    started.then(server => server.gone.then(() => end(started)), forget).catch(() => undefined);
    return started;
  };

  const living = async (): Promise<Server> => {
    for (;;) {
      if (closed) throw new DockError('cancelled', 'The driver is closed.');
      const started = running ?? startOne();
      const server = await started;
      if (server.isAlive()) return server;
      // Dead, but still busy ending what it left: others that find it so share the one that comes after it.
      void end(started).catch(() => undefined);
    }
  };

  const endRunning = (): void => {
    hasStale = false;
    if (running !== undefined) void end(running).catch(() => undefined);
  };

  const release = (isStale = false): void => {
    users -= 1;
    hasStale ||= isStale;
    if (users > 0 || closed) return;
    if (hasStale) {
      endRunning();
      return;
    }
    idle = setTimeout(endRunning, idleMs);
    // The server ends with us anyway; it is no reason to stay.
    idle.unref();
  };

  return {
    acquire: async () => {
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
    current: async () => running?.catch(() => undefined),
    close: async () => {
      closed = true;
      clearTimeout(idle);
      if (running !== undefined) void end(running).catch(() => undefined);
      await Promise.all(pending);
    },
  };
}

/** The server, unless the turn is stopped before it is there: it then goes back when it comes. */
export async function acquireWhile<Server extends PooledServer>(
  pool: ServerPool<Server>,
  acquiring: Promise<Server>,
  going: (step: Promise<Server>) => Promise<Server>,
): Promise<Server> {
  try {
    return await going(acquiring);
  } catch (error) {
    void acquiring.then(
      () => pool.release(),
      () => undefined,
    );
    throw error;
  }
}
