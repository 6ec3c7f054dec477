import type { AppServer } from '../../src/providers/codex/appServer.ts';
import type { Connection } from '../../src/providers/codex/connection.ts';

/** A server that says nothing by itself; `changes`: what its connection does. */
export function makeAppServer(
  changes: Partial<Connection>,
  more: Partial<Pick<AppServer, 'listen' | 'unlisten' | 'greeting'>> = {},
): AppServer {
  return {
    process: { pid: 1, start_time: '0', name: 'codex', shared: false },
    connection: {
      call: () => Promise.reject(new Error('nothing is called')),
      relay: () => undefined,
      notify: () => undefined,
      respond: () => undefined,
      refuse: () => undefined,
      fail: () => undefined,
      ...changes,
    },
    greeting: {},
    descendants: { enter: () => async () => undefined },
    listen: () => true,
    unlisten: () => undefined,
    leaveLater: () => undefined,
    untilLeft: async () => undefined,
    isAlive: () => true,
    gone: new Promise(() => undefined),
    close: async () => undefined,
    kill: async () => undefined,
    ...more,
  };
}
