import { setTimeout as pause } from 'node:timers/promises';
import { DockError } from '../../contracts/errors.ts';
import type { OpencodeApi } from './api.ts';
import type { ReadEvent } from './events.ts';
import { followEvents } from './followEvents.ts';

const limitMs = 60_000;
const probeLimitMs = 2_000;
const lookMs = 100;

/**
 * Once the server answers. A connection made between bind and ready is accepted and never answered: short tries instead
 * of one long one.
 */
export async function answering(api: OpencodeApi, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  for (;;) {
    try {
      await api.health(probeLimitMs);
      return;
    } catch (error) {
      if (signal.aborted || performance.now() - began > limitMs) throw error;
      await pause(lookMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Follows the server's events until `signal` aborts; resolves when none is missed any more. */
export async function connected(
  api: OpencodeApi,
  onEvent: (event: ReadEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const isConnected = Promise.withResolvers<void>();
  void followEvents(api, signal, event => {
    onEvent(event);
    if (event.kind === 'connected') isConnected.resolve();
  });
  const late = pause(limitMs, undefined, { ref: false }).then(() => {
    throw new DockError('timeout', 'OpenCode’s server sends no events.');
  });
  await Promise.race([isConnected.promise, late]);
}
