import type { ThreadId } from '../contracts/ids.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread } from '../contracts/thread.ts';
import type { DeliveryOptions } from '../core/delivery.ts';
import { isInSubtree } from '../core/subtree.ts';
import type { ThreadStore } from '../store/threadStore.ts';

export interface WakeParts {
  readonly store: ThreadStore;
  readonly active: ReadonlyMap<ThreadId, Thread>;
  readonly settings: EffectiveSettings;
}

/** What decides whether its news call a thread back. */
export function wakeOptions(
  id: ThreadId,
  { store, active, settings }: WakeParts,
): Pick<DeliveryOptions, 'wake' | 'isBusyBelow'> {
  return {
    wake: settings.wake_master,
    isBusyBelow: [...active.keys()].some(one => one !== id && isInSubtree(store.threads(), id, one)),
  };
}
