import type { ThreadId } from '../contracts/ids.ts';
import type { NativeTerminal } from '../providers/driver.ts';
import type { Outlet } from './outlet.ts';

/** Bytes that may be under way to one client; beyond it a slow one gets the newest screen instead. */
const longestBacklog = 1024 * 1024;

export interface ScreenFeed {
  close(): void;
}

/** Shows a terminal's screen to one client. Nothing of it is kept: the record of the thread has its own words. */
export function createScreenFeed(terminal: NativeTerminal, thread: ThreadId, outlet: Outlet): ScreenFeed {
  let stop: () => void = () => undefined;
  let isOpen = true;

  const begin = () => {
    if (!isOpen) return;
    const screen = terminal.follow(data => {
      if (outlet.backlog() <= longestBacklog) {
        outlet.screen({ thread, reset: false, data });
        return;
      }
      stop();
      outlet.onDrain(begin);
    });
    stop = screen.stop;
    outlet.screen({ thread, reset: true, data: screen.replay });
  };

  begin();
  return {
    close: () => {
      isOpen = false;
      stop();
    },
  };
}
