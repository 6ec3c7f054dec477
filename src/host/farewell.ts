import type { Socket } from 'node:net';
import type { MessageWriter, ResponseMessage } from 'vscode-jsonrpc/node';
import { type DockError, toToolError } from '../contracts/errors.ts';

/** For the last words to arrive: who still writes to a socket that is closed fails before it has read them. */
export const farewellMs = 200;

/** Ends a connection with the reason as its last message: an answer to no request, as JSON-RPC has it. Once only. */
export type Farewell = (code: number, reason: DockError) => void;

export function createFarewell(socket: Socket, writer: MessageWriter): Farewell {
  let isSaid = false;
  return (code, reason) => {
    if (isSaid || socket.destroyed) return;
    isSaid = true;
    // What still comes is not read, and so none of it is kept.
    socket.pause();
    const data = toToolError(reason);
    const last: ResponseMessage = { jsonrpc: '2.0', id: null, error: { code, message: data.message, data } };
    writer.write(last).catch(() => socket.destroy());
    socket.end();
    setTimeout(() => socket.destroy(), farewellMs).unref();
  };
}
