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
export class ServerPool<Server extends PooledServer> {
  readonly #start: () => Promise<Server>;
  readonly #idleMs: number;
  readonly #endings = new WeakMap<Promise<Server>, Promise<void>>();
  /** Endings that are under way; `close` waits for them. */
  readonly #pending = new Set<Promise<void>>();
  #running: Promise<Server> | undefined;
  #users = 0;
  #hasStale = false;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(start: () => Promise<Server>, idleMs: number) {
    this.#start = start;
    this.#idleMs = idleMs;
  }

  /** Every `acquire` that succeeded is followed by one `release`. */
  async acquire(): Promise<Server> {
    clearTimeout(this.#idle);
    this.#users += 1;
    try {
      return await this.#living();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** `isStale`: what the server has read at its start is not good any more; it ends as soon as nobody works with it. */
  release(isStale = false): void {
    this.#users -= 1;
    this.#hasStale ||= isStale;
    if (this.#users > 0 || this.#isClosed) return;
    if (this.#hasStale) {
      this.#endRunning();
      return;
    }
    this.#idle = setTimeout(() => this.#endRunning(), this.#idleMs);
    // The server ends with us anyway; it is no reason to stay.
    this.#idle.unref();
  }

  /** The server that runs now, if any; nothing is started. */
  async current(): Promise<Server | undefined> {
    return this.#running?.catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#endRunning();
    await Promise.all(this.#pending);
  }

  async #living(): Promise<Server> {
    for (;;) {
      if (this.#isClosed) throw new DockError('cancelled', 'The driver is closed.');
      const started = this.#running ?? this.#startOne();
      const server = await started;
      if (server.isAlive()) return server;
      // Dead, but still busy ending what it left: others that find it so share the one that comes after it.
      void this.#end(started).catch(() => undefined);
    }
  }

  #startOne(): Promise<Server> {
    const started = this.#start();
    this.#running = started;
    this.#hasStale = false;
    // One that died left its tools and its temporary files.
    const endWhenGone = (server: Server) => server.gone.then(() => this.#end(started));
    started.then(endWhenGone, () => this.#forget(started)).catch(() => undefined);
    return started;
  }

  #endRunning(): void {
    this.#hasStale = false;
    if (this.#running !== undefined) void this.#end(this.#running).catch(() => undefined);
  }

  /** Once for each server, however often it is called. */
  #end(server: Promise<Server>): Promise<void> {
    this.#forget(server);
    const known = this.#endings.get(server);
    if (known !== undefined) return known;
    const ending = server.then(
      one => one.close(),
      () => undefined,
    );
    this.#endings.set(server, ending);
    this.#pending.add(ending);
    const over = (): void => void this.#pending.delete(ending);
    ending.then(over, over);
    return ending;
  }

  #forget(server: Promise<Server>): void {
    if (this.#running === server) this.#running = undefined;
  }
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
