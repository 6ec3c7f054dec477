import { Socket } from 'node:net';

/** A child that goes on writing for ever must not keep the terminal open. */
const limitBytes = 1024 * 1024;

/**
 * Guards against two traits of node-pty (1.2.0-beta.15, lib/unixTerminal.js; on Windows there is no such socket):
 * it throws a read error out of an event where nobody catches it, and 200 ms after the program ended it closes the
 * terminal, read or not, so that a host that was busy just then would lose the last output. The closing is put off
 * until a whole round of the event loop has brought nothing more.
 */
export function guardTerminal(terminal: object): void {
  const socket: unknown = Reflect.get(terminal, '_socket');
  if (!(socket instanceof Socket)) return;
  // With a second listener node-pty does not throw; it has closed the terminal by then.
  socket.on('error', () => undefined);

  const destroy = socket.destroy.bind(socket);
  let isClosing = false;
  socket.destroy = error => {
    if (error !== undefined || isClosing) return destroy(error);
    isClosing = true;
    const end = socket.bytesRead + limitBytes;
    const closeWhenRead = (read: number): void => {
      if (socket.bytesRead === read || read >= end) destroy();
      else setImmediate(closeWhenRead, socket.bytesRead);
    };
    setImmediate(closeWhenRead, socket.bytesRead);
    return socket;
  };
}
