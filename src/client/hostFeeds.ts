import type { RequestName, RequestParams } from '../contracts/rpc.ts';
import type { Trouble, Unsubscribe } from './dockClient.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { createFleetModel, type FleetModel } from './fleetModel.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { Screens } from './screens.ts';
import { Transcripts } from './transcripts.ts';
import { withTimeout } from './withTimeout.ts';

export interface HostFeedsOptions {
  /** Reaches the host if there is one now; what still matters later is said again on `resume`. */
  readonly tell: <Name extends RequestName>(name: Name, params: RequestParams<Name>) => void;
  readonly onError: (error: unknown) => void;
}

/** For the first answer, which may bring ten thousand threads. */
const helloMs = 30_000;

/** What the host tells by itself, as one client knows it: kept over reconnects, what was missed comes in order. */
export class HostFeeds {
  readonly fleet: FleetModel;
  readonly transcripts: Transcripts;
  readonly screens: Screens;
  readonly #troubles: Emitter<Trouble | undefined>;
  #trouble: Trouble | undefined;

  constructor({ tell, onError }: HostFeedsOptions) {
    this.#troubles = createEmitter(onError);
    const fleet = createFleetModel(onError);
    this.fleet = fleet;
    this.transcripts = new Transcripts({
      subscribe: (thread, after) => tell('subscribe', { thread, after }),
      unsubscribe: thread => tell('unsubscribe', { thread }),
      onError,
    });
    this.screens = new Screens({
      thread: id => fleet.threads.get(id),
      onDidChange: fleet.onDidChange,
      ask: (name, thread) => tell(name, { thread }),
      onError,
    });
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  onDidChangeTrouble(listener: (trouble: Trouble | undefined) => void): Unsubscribe {
    return this.#troubles.on(listener);
  }

  /** Listens to a new connection, and brings the fleet up to date. */
  async greet(rpc: RpcConnection): Promise<void> {
    rpc.onNotification('fleet', params => this.fleet.apply(params));
    rpc.onNotification('transcript', batch => this.transcripts.take(batch));
    rpc.onNotification('screen', part => this.screens.take(part));
    // Another host may find nothing wrong, and then says nothing.
    this.#setTrouble(undefined);
    rpc.onNotification('trouble', trouble => this.#setTrouble(trouble));
    const hello = rpc.request('hello', { protocol: rpc.protocol, ...this.fleet.position() });
    const { epoch } = await withTimeout(hello, helloMs, rpc.pid);
    this.transcripts.enterEpoch(epoch);
  }

  /** A new connection knows nothing of what was followed and watched. */
  resume(): void {
    this.transcripts.resume();
    this.screens.restart();
  }

  dispose(): void {
    this.#troubles.clear();
    this.fleet.clear();
    this.transcripts.clear();
    this.screens.clear();
  }

  #setTrouble(next: Trouble | undefined): void {
    if (next === this.#trouble) return;
    this.#trouble = next;
    this.#troubles.fire(next);
  }
}
