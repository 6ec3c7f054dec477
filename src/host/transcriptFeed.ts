import type { HistoryEvent } from '../contracts/agentEvent.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { Outlet } from './outlet.ts';

/** Bytes that may be under way to one client; beyond it the rest waits in the history file, not in memory. */
const longestBacklog = 1024 * 1024;
const pageBytes = 256 * 1024;
const retryMs = 1_000;

export interface TranscriptFeed {
  close(): void;
}

/**
 * Replays one thread's transcript to one client from the history, then follows it. Events come from memory while the
 * client keeps up and from the file when it does not: nothing is lost, nothing piles up, the worker never waits.
 */
export function createTranscriptFeed(
  store: ThreadStore,
  thread: ThreadId,
  after: number,
  outlet: Outlet,
  onError: (error: unknown) => void,
): TranscriptFeed {
  let sent = after;
  let isOpen = true;
  let isReading = false;
  let isLive = false;
  let isFirst = true;
  /** Something was appended since the last page was asked for. */
  let isBehind = false;
  let retry: NodeJS.Timeout | undefined;

  const send = (events: readonly HistoryEvent[], live: boolean) => {
    outlet.transcript({ thread, reset: isFirst && after === 0, live, events: [...events] });
    isFirst = false;
    sent = events.at(-1)?.seq ?? sent;
  };

  const catchUp = async () => {
    if (isReading || !isOpen) return;
    isReading = true;
    isLive = false;
    try {
      for (;;) {
        isBehind = false;
        const page = await store.history.read(thread, { after: sent, limit: 5000, maxBytes: pageBytes });
        if (!isOpen) return;
        send(page.events, !page.more);
        if (outlet.backlog() > longestBacklog) {
          outlet.onDrain(() => void catchUp());
          return;
        }
        if (!page.more && !isBehind) break;
      }
      isLive = true;
    } catch (error) {
      onError(error);
      // Else a disk that was slow or busy for a moment would leave the viewer standing for ever.
      retry = setTimeout(() => void catchUp(), retryMs);
      retry.unref();
    } finally {
      isReading = false;
    }
  };

  const stop = store.history.onEvent((id, event) => {
    if (id !== thread || !isOpen) return;
    if (!isLive) isBehind = true;
    else if (outlet.backlog() > longestBacklog) {
      isLive = false;
      outlet.onDrain(() => void catchUp());
    } else send([event], true);
  });

  void catchUp();
  return {
    close: () => {
      isOpen = false;
      clearTimeout(retry);
      stop();
    },
  };
}
