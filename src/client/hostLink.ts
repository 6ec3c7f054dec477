import { DockError, toToolError } from '../contracts/errors.ts';
import type { ConnectOptions } from './connectOptions.ts';
import type { ConnectionState, Unsubscribe } from './dockClient.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { findHost } from './findHost.ts';
import { readHostFile } from './hostFile.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { tryPatiently } from './tryPatiently.ts';

export interface HostLinkOptions extends ConnectOptions {
  /** Before a connection is used; that it fails has the link try again. */
  readonly greet: (rpc: RpcConnection) => Promise<void>;
  /** A new connection is in use, and the listeners know. */
  readonly resume: () => void;
  readonly onError: (error: unknown) => void;
}

/** How often a client whose host was stopped looks whether somebody started the next one. */
const lookMs = 2_000;

/**
 * The one connection of a client to its workspace's host: made in the background, and made anew after it broke; at rest
 * after a host that was stopped.
 */
export class HostLink {
  readonly #options: HostLinkOptions;
  readonly #states: Emitter<ConnectionState>;
  readonly #closing = new AbortController();
  #state: ConnectionState = { kind: 'connecting' };
  #rpc: RpcConnection | undefined;
  /** Our own `stop`: the end of the host is then what was wanted, and no reason to start the next one. */
  #isStopping = false;
  /** The host says that it ends on purpose, or has done so. */
  #hostStops = false;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: HostLinkOptions) {
    this.#options = options;
    this.#states = createEmitter(options.onError);
    void this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Also of a host that is about to end; undefined in any state but `connected`. */
  get rpc(): RpcConnection | undefined {
    return this.#rpc;
  }

  onDidChangeState(listener: (state: ConnectionState) => void): Unsubscribe {
    return this.#states.on(listener);
  }

  /** Waits for a connection to a host that stays; starts the next one after somebody else stopped the last. */
  async connected(): Promise<RpcConnection> {
    for (;;) {
      this.#closing.signal.throwIfAborted();
      if (this.#rpc !== undefined && !this.#hostStops) return this.#rpc;
      if (this.#state.kind === 'offline') {
        if (!this.#hostStops || this.#isStopping) throw this.#state.error;
        void this.#connect();
      }
      await this.#nextState();
    }
  }

  /** False: the host stops once nothing runs. */
  async stop(whenIdle: boolean): Promise<boolean> {
    const rpc = await this.connected();
    this.#isStopping = true;
    // A host that stops at once may be gone before its answer arrives.
    const gone = new Promise<void>(resolve => rpc.onClose(resolve));
    const asked = rpc.request('stop', { when_idle: whenIdle }).catch((error: unknown) => {
      if (asDockError(error).retryable) return gone;
      this.#isStopping = false;
      throw error;
    });
    const answer = await Promise.race([asked, gone]);
    return answer?.stopping ?? true;
  }

  /** Tries again now after `offline`. */
  retry(): void {
    this.#isStopping = false;
    if (this.#state.kind === 'offline') void this.#connect();
  }

  dispose(): void {
    if (this.#closing.signal.aborted) return;
    const error = new DockError('cancelled', 'The client was closed.');
    this.#closing.abort(error);
    clearInterval(this.#looking);
    this.#rpc?.dispose();
    this.#rpc = undefined;
    this.#setState({ kind: 'offline', error });
    this.#states.clear();
  }

  /** From no connection to one that is in use, or to `offline`. */
  async #connect(): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    clearInterval(this.#looking);
    this.#setState({ kind: 'connecting' });
    try {
      const onFailure = (error: unknown) => this.#options.log?.(`connect: ${toToolError(error).message}`);
      this.#use(await tryPatiently(() => this.#open(), { signal, onFailure }));
    } catch (error) {
      if (!signal.aborted) this.#setState({ kind: 'offline', error: asDockError(error) });
    }
  }

  async #open(): Promise<RpcConnection> {
    // What the last one said, even while it was greeted, says nothing of the next.
    this.#hostStops = false;
    const window = await this.#options.window?.();
    const rpc = await findHost(this.#options, window, this.#closing.signal);
    try {
      await this.#greet(rpc);
      return rpc;
    } catch (error) {
      // An open socket would hold the host, and the program, for ever.
      rpc.dispose();
      throw error;
    }
  }

  async #greet(rpc: RpcConnection): Promise<void> {
    this.#closing.signal.throwIfAborted();
    if (this.#options.anyProtocol === true) return;
    if (rpc.mismatch !== undefined) throw rpc.mismatch;
    rpc.onNotification('stopping', () => {
      this.#hostStops = true;
    });
    await this.#options.greet(rpc);
  }

  #use(rpc: RpcConnection): void {
    if (this.#closing.signal.aborted) {
      rpc.dispose();
      return;
    }
    this.#rpc = rpc;
    rpc.onClose(() => this.#lose(rpc));
    const other = rpc.version === this.#options.version ? {} : { hostVersion: rpc.version };
    this.#setState({ kind: 'connected', caller: rpc.caller, ...other });
    this.#options.resume();
  }

  #lose(rpc: RpcConnection): void {
    if (this.#rpc !== rpc) return;
    this.#rpc = undefined;
    if (this.#isStopping || this.#hostStops) this.#rest(rpc.endpoint);
    else void this.#connect();
  }

  /** Without a host that somebody stopped: the next call starts the next one, or somebody else has done so. */
  #rest(endpoint: string): void {
    this.#setState({ kind: 'offline', error: stopped() });
    clearInterval(this.#looking);
    this.#looking = setInterval(() => void this.#lookForNext(endpoint), lookMs).unref();
  }

  async #lookForNext(endpoint: string): Promise<void> {
    const file = await readHostFile(this.#options.workspace);
    if (file !== undefined && file.endpoint !== endpoint && this.#state.kind === 'offline')
      void this.#connect();
  }

  #nextState(): Promise<void> {
    return new Promise(resolve => {
      const stop = this.#states.on(() => {
        stop();
        resolve();
      });
    });
  }

  #setState(next: ConnectionState): void {
    this.#state = next;
    this.#states.fire(next);
  }
}

function stopped(): DockError {
  const hint = 'Connect again to start it.';
  return new DockError('not_found', 'The AgentDock host was stopped.', { hint });
}

function asDockError(error: unknown): DockError {
  if (error instanceof DockError) return error;
  return new DockError('upstream_unavailable', toToolError(error).message, { cause: error });
}
