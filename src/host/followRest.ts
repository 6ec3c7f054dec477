import type { StateChange } from '../contracts/journalEvent.ts';

export interface FollowRestOptions {
  readonly turnId: string;
  readonly isIdle: () => boolean;
  readonly commit: (change: StateChange) => Promise<unknown>;
  readonly failed: (error: unknown) => void;
}

/** Looks, each time it is called, whether the agent of an open terminal rests: only a change goes to the journal. */
export function followRest({ turnId, isIdle, commit, failed }: FollowRestOptions): () => void {
  let rests = false;
  return () => {
    if (isIdle() === rests) return;
    rests = !rests;
    commit({ type: rests ? 'turn.rested' : 'turn.worked', turn_id: turnId }).catch(failed);
  };
}
