import { toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { ConnectionHost } from './connectionHost.ts';
import { createFleetFeed, type FleetFeed } from './fleetFeed.ts';
import type { Outlet } from './outlet.ts';
import { createScreenFeed } from './screenFeed.ts';
import { ThreadFeeds } from './threadFeeds.ts';
import { createTranscriptFeed } from './transcriptFeed.ts';

/** What one client follows: the fleet with what is wrong with its state, transcripts, and screens. */
export class ClientFeeds {
  readonly #host: ConnectionHost;
  readonly #outlet: Outlet;
  readonly #fleet: FleetFeed;
  readonly #transcripts = new ThreadFeeds();
  readonly #screens = new ThreadFeeds();
  #stopTroubles: (() => void) | undefined;

  /** `sees`: whether the client may know of the thread. */
  constructor(host: ConnectionHost, outlet: Outlet, sees: (thread: ThreadId) => boolean) {
    this.#host = host;
    this.#outlet = outlet;
    const { store, settings } = host.tools;
    this.#fleet = createFleetFeed({ store, log: host.changes, capacity: settings.max_running, outlet, sees });
  }

  /** Sends what was missed since `lastGseq`, or a snapshot; true for a snapshot. */
  followFleet(epoch: number | undefined, lastGseq: number | undefined): boolean {
    const snapshot = this.#fleet.start(epoch, lastGseq);
    const { troubles } = this.#host;
    const trouble = troubles.current();
    if (trouble !== undefined) this.#outlet.trouble(trouble);
    this.#stopTroubles ??= troubles.onChange(this.#outlet.trouble);
    return snapshot;
  }

  followTranscript(thread: ThreadId, after: number): void {
    const { tools, log } = this.#host;
    const onError = (error: unknown) => log(`transcript of ${thread}: ${toToolError(error).message}`);
    this.#transcripts.open(thread, () =>
      createTranscriptFeed(tools.store, thread, after, this.#outlet, onError),
    );
  }

  leaveTranscript(thread: ThreadId): void {
    this.#transcripts.close(thread);
  }

  /** Throws `conflict` for a thread without a terminal of its own. */
  followScreen(thread: ThreadId): void {
    const terminal = this.#host.terminal(thread);
    this.#screens.open(thread, () => createScreenFeed(terminal, thread, this.#outlet));
  }

  leaveScreen(thread: ThreadId): void {
    this.#screens.close(thread);
  }

  close(): void {
    this.#fleet.close();
    this.#stopTroubles?.();
    this.#transcripts.closeAll();
    this.#screens.closeAll();
  }
}
