import type { Socket } from 'node:net';
import { type ServedClient, serveConnection } from './connection.ts';
import type { ConnectionHost } from './connectionHost.ts';

/** The clients of a host, each until its socket closes. */
export class Clients {
  readonly #served = new Map<Socket, ServedClient>();
  /** A client came or went. */
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#served.size;
  }

  serve(socket: Socket, host: ConnectionHost): void {
    const leave = () => {
      this.#served.delete(socket);
      this.#onChange();
    };
    this.#served.set(socket, serveConnection(socket, host, leave));
    this.#onChange();
  }

  sayStopping(reason: string): void {
    for (const client of this.#served.values()) client.sayStopping(reason);
  }

  end(): void {
    for (const socket of this.#served.keys()) socket.end();
  }
}
