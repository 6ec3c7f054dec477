import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import type { OpencodeApi } from './api.ts';
import type { TurnProgress } from './turnProgress.ts';

export interface StopOptions {
  readonly api: OpencodeApi;
  readonly directory: string;
  readonly sessionId: string;
  /** Ids of the messages this turn has sent. */
  readonly messageIds: readonly string[];
  readonly progress: TurnProgress;
}

const limitMs = 15_000;
/** A prompt that was taken begins within this time, or never. */
const beginLimitMs = 3_000;
const lookMs = 50;

/**
 * Stops the work in a session. A message the model has not read yet stays: it was delivered, and reaches the model with
 * the next prompt. An abort between the taking of a prompt and its beginning stops nothing, so it is repeated.
 * Rejects with `timeout` when the session does not come to rest.
 */
export async function stopSession(options: StopOptions): Promise<void> {
  const { api, directory, sessionId, messageIds, progress } = options;
  const began = performance.now();
  for (;;) {
    await api.abort(directory, sessionId);
    const age = performance.now() - began;
    const isIdle = await api.isIdle(directory, sessionId);
    // Idle comes before the last words about the tools.
    const isClosed = progress.hasBegun && progress.openTools === 0;
    if (isIdle && (isClosed || age > beginLimitMs)) break;
    if (age > limitMs) throw new DockError('timeout', 'OpenCode did not stop the turn.');
    await pause(lookMs);
  }
  progress.catchUp(await api.messages(directory, sessionId, messageIds.length + 20));
}
