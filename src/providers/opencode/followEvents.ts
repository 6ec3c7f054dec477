import { setTimeout as pause } from 'node:timers/promises';
import { type ReadEvent, readEvent } from './events.ts';

/** The server sends a sign of life every 10 s; a connection without one is dead. */
const silenceMs = 30_000;
const reconnectMs = 250;

export interface EventSource {
  events(signal: AbortSignal): Promise<AsyncIterable<unknown>>;
}

/**
 * Follows the events until `signal` aborts, through any number of connections. What comes between two connections is
 * not sent again: after each `connected` the listener looks for itself.
 */
export async function followEvents(
  source: EventSource,
  signal: AbortSignal,
  onEvent: (event: ReadEvent) => void,
): Promise<void> {
  while (!signal.aborted) {
    await followOnce(source, signal, onEvent);
    await pause(reconnectMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function followOnce(
  source: EventSource,
  signal: AbortSignal,
  onEvent: (event: ReadEvent) => void,
): Promise<void> {
  const silent = new AbortController();
  const watchdog = setTimeout(() => silent.abort(), silenceMs);
  watchdog.unref();
  try {
    for await (const data of await source.events(AbortSignal.any([signal, silent.signal]))) {
      watchdog.refresh();
      onEvent(readEvent(data));
    }
  } catch {
    // The connection broke; whether the server lives is known from its process.
  } finally {
    clearTimeout(watchdog);
  }
}
