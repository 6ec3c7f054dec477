import { setTimeout as pause } from 'node:timers/promises';
import { isFinal } from './findHost.ts';

/** Tries in a row before the client says that it is offline. */
const patience = 5;

export interface TryPatientlyOptions {
  readonly signal: AbortSignal;
  /** A try failed; not told of once the signal has aborted. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The result of the first try that succeeds. Throws what the last one did, at once where trying again would not help;
 * rejects once the signal aborts.
 */
export async function tryPatiently<Result>(
  attempt: () => Promise<Result>,
  { signal, onFailure }: TryPatientlyOptions,
): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      onFailure(error);
      if (tried >= patience || isFinal(error)) throw error;
    }
    await pause(50 * 2 ** tried, undefined, { signal });
  }
}
