import type { ThreadId } from '../contracts/ids.ts';
import type { NotificationParams } from '../contracts/rpc.ts';
import type { Thread } from '../contracts/thread.ts';
import type { Unsubscribe } from './dockClient.ts';
import { createEmitter } from './emitter.ts';

export interface FleetModel {
  readonly threads: ReadonlyMap<ThreadId, Thread>;
  capacity(): number;
  /** Up to where it knows the journal: for a `hello` that gets only what was missed. */
  position(): { readonly epoch?: number; readonly last_gseq?: number };
  apply(params: NotificationParams<'fleet'>): void;
  onDidChange(listener: (changed: readonly Thread[], snapshot: boolean) => void): Unsubscribe;
  clear(): void;
}

/** The host's threads as one client knows them: kept over reconnects, replaced by a snapshot. */
export function createFleetModel(onError: (error: unknown) => void): FleetModel {
  const threads = new Map<ThreadId, Thread>();
  const changes = createEmitter<Pick<NotificationParams<'fleet'>, 'threads' | 'snapshot'>>(onError);
  let capacity = 0;
  let position: { epoch?: number; last_gseq?: number } = {};
  return {
    threads,
    capacity: () => capacity,
    position: () => position,
    apply: params => {
      if (params.snapshot) threads.clear();
      for (const thread of params.threads) threads.set(thread.id, thread);
      capacity = params.capacity;
      position = { epoch: params.epoch, last_gseq: params.gseq };
      changes.fire(params);
    },
    onDidChange: listener => changes.on(({ threads: changed, snapshot }) => listener(changed, snapshot)),
    clear: changes.clear,
  };
}
