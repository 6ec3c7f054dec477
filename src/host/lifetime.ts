import type { Clients } from './clients.ts';
import type { Ending } from './ending.ts';
import { createIdleTimer } from './idleTimer.ts';
import type { Log } from './log.ts';

export interface LifetimeOptions {
  /** Without work and clients; 0 for ever. */
  readonly idleMinutes: number;
  readonly isBusy: () => boolean;
  readonly clients: Pick<Clients, 'size' | 'sayStopping'>;
  readonly ending: Ending;
  readonly log: Log;
}

/** How long a host lives: until it is closed, has been idle, or was asked to stop and has no work left to wait for. */
export class Lifetime {
  readonly #options: LifetimeOptions;
  readonly #idle: ReturnType<typeof createIdleTimer>;
  readonly #closed = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;
  #stopsWhenIdle = false;

  constructor(options: LifetimeOptions) {
    this.#options = options;
    const { idleMinutes, isBusy, clients } = options;
    this.#idle = createIdleTimer(
      idleMinutes,
      () => clients.size > 0 || isBusy(),
      () => void this.close('it was idle'),
    );
  }

  /** Settles when the host has ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The host was used: it is not idle from here on. */
  touch(): void {
    this.#idle.touch();
  }

  /** Something changed that it may have waited for. */
  look(): void {
    this.touch();
    if (this.#stopsWhenIdle && !this.#options.isBusy()) void this.close('it was asked to stop when idle');
  }

  /** Ends the host, now or when nothing runs any more. True for now. */
  stop(whenIdle: boolean): boolean {
    this.#stopsWhenIdle = whenIdle && this.#options.isBusy();
    // Later, so that the answer goes out first.
    if (!this.#stopsWhenIdle) setImmediate(() => void this.close('it was asked to stop'));
    return !this.#stopsWhenIdle;
  }

  /** May be called twice; never rejects. */
  close(reason: string): Promise<void> {
    this.#closing ??= this.#shutDown(reason).then(this.#closed.resolve);
    return this.#closing;
  }

  async #shutDown(reason: string): Promise<void> {
    const { clients, ending, log } = this.#options;
    log(`host stops: ${reason}`);
    clients.sayStopping(reason);
    this.#idle.close();
    await ending.run();
  }
}
