import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';

/** Network folders tell of nothing, and a system may run out of watches. */
const sweepMs = 2_000;

/** Calls `look` when something in the folder may have changed, and from time to time anyway. */
export function watchFolder(folder: string, look: () => void): { close(): void } {
  let watcher: FSWatcher | undefined;
  let watched: number | undefined;
  let isClosed = false;
  const unwatch = () => {
    watcher?.close();
    watcher = undefined;
    watched = undefined;
  };
  const rewatch = async () => {
    const found = await lstat(folder).catch(() => undefined);
    if (isClosed || (found?.ino === watched && watcher !== undefined)) return;
    unwatch();
    if (found?.isDirectory() !== true) return;
    try {
      // Look through the folder's name: the folder itself may have been removed and made again.
      watcher = watch(folder, { persistent: false }, look).on('error', unwatch);
      watched = found.ino;
    } catch {
      // The sweep goes on.
    }
  };
  const tick = () => void rewatch().then(look);
  const timer = setInterval(tick, sweepMs);
  timer.unref();
  tick();
  return {
    close: () => {
      isClosed = true;
      clearInterval(timer);
      unwatch();
    },
  };
}
