import type { Socket } from 'node:net';
import type { NotificationName, NotificationParams } from '../contracts/rpc.ts';

/** A client's connection as the feeds see it. */
export interface Outlet {
  /** Bytes that wait to be sent. */
  backlog(): number;
  /** Calls back once, when nothing waits any more; never, when the connection closes before. */
  onDrain(listener: () => void): void;
  fleet(params: NotificationParams<'fleet'>): void;
  transcript(params: NotificationParams<'transcript'>): void;
  screen(params: NotificationParams<'screen'>): void;
  trouble(params: NotificationParams<'trouble'>): void;
  stopping(params: NotificationParams<'stopping'>): void;
}

export function createOutlet(
  socket: Socket,
  send: (method: NotificationName, params: object) => void,
): Outlet {
  return {
    backlog: () => socket.writableLength,
    onDrain: listener => {
      if (socket.writableNeedDrain) socket.once('drain', listener);
      else setImmediate(listener);
    },
    fleet: params => send('fleet', params),
    transcript: params => send('transcript', params),
    screen: params => send('screen', params),
    trouble: params => send('trouble', params),
    stopping: params => send('stopping', params),
  };
}
