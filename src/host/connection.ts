import type { Socket } from 'node:net';
import { createMessageConnection, ErrorCodes, type MessageConnection } from 'vscode-jsonrpc/node';
import { mayReach } from '../tools/access.ts';
import type { ToolContext } from '../tools/toolContext.ts';
import { answerRequests } from './answerRequests.ts';
import { ClientFeeds } from './clientFeeds.ts';
import type { AskingClient } from './clientRequests.ts';
import { type ConnectionDoor, createConnectionDoor } from './connectionDoor.ts';
import type { ConnectionHost } from './connectionHost.ts';
import { createFarewell, type Farewell, farewellMs } from './farewell.ts';
import { type BadFrame, BoundedReader, FrameWriter } from './frames.ts';
import { Handshake } from './handshake.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import { noProofInTime, notOurs } from './refusals.ts';

export interface ServedClient {
  /** Tells a client that has proved itself that the host ends on purpose. */
  sayStopping(reason: string): void;
}

/** Serves one client until its socket closes. What is not our protocol ends this connection and nothing else. */
export function serveConnection(socket: Socket, host: ConnectionHost, onClose: () => void): ServedClient {
  const connection = new ClientConnection(socket, host);
  connection.listen(onClose);
  return connection;
}

/** Bytes a client may send before it has proved that it knows the key. */
const unprovedLimit = 64 * 1024;
/** Bytes of one request. */
const requestLimit = 64 * 1024 * 1024;
/** Who has not proved itself by then must not hold the connection, and with it the host, open. */
const unprovedMs = 5_000;

/** Owns all that one client has at the host, and ends it with the socket. */
class ClientConnection implements ServedClient, AskingClient {
  readonly host: ConnectionHost;
  readonly handshake: Handshake;
  readonly feeds: ClientFeeds;
  readonly door: ConnectionDoor;
  readonly #socket: Socket;
  readonly #rpc: MessageConnection;
  readonly #outlet: Outlet;
  readonly #sayFarewell: Farewell;
  readonly #aborter = new AbortController();

  constructor(socket: Socket, host: ConnectionHost) {
    this.host = host;
    this.#socket = socket;
    const writer = new FrameWriter(socket);
    const reader = new BoundedReader(
      socket,
      () => this.#limit,
      why => this.#refuseFrame(why),
    );
    this.#rpc = createMessageConnection(reader, writer);
    this.#sayFarewell = createFarewell(socket, writer);
    this.#outlet = createOutlet(socket, (method, params) => {
      this.#rpc.sendNotification(method, params).catch(() => socket.destroy());
    });
    this.handshake = new Handshake(host, () => this.#closeUnproved());
    this.feeds = new ClientFeeds(host, this.#outlet, thread => mayReach(this.context(), thread));
    this.door = createConnectionDoor(host.doors);
  }

  listen(onClose: () => void): void {
    answerRequests(this.#rpc, this);
    setTimeout(() => {
      if (!this.handshake.knowsKey) this.#sayFarewell(ErrorCodes.InvalidRequest, noProofInTime());
    }, unprovedMs).unref();
    this.#socket.on('error', () => this.#socket.destroy());
    this.#rpc.onError(() => this.#socket.destroy());
    this.#rpc.onClose(() => {
      this.#close();
      onClose();
    });
    this.#rpc.listen();
  }

  context(): ToolContext {
    return { ...this.host.tools, caller: this.handshake.requireCaller(), signal: this.#aborter.signal };
  }

  sayStopping(reason: string): void {
    if (this.handshake.caller !== undefined && !this.#socket.destroyed) this.#outlet.stopping({ reason });
  }

  get #limit(): number {
    return this.handshake.knowsKey ? requestLimit : unprovedLimit;
  }

  #refuseFrame(why: BadFrame): void {
    // The library's own message may quote what was sent.
    this.host.log('a client sent what is not our protocol');
    const code = why === 'unreadable' ? ErrorCodes.ParseError : ErrorCodes.InvalidRequest;
    this.#sayFarewell(code, notOurs(why, this.#limit));
  }

  /** Soon, so that the refusal arrives, and unless the client has proved itself meanwhile. */
  #closeUnproved(): void {
    setTimeout(() => this.handshake.knowsKey || this.#socket.destroy(), farewellMs).unref();
  }

  #close(): void {
    this.#aborter.abort();
    this.feeds.close();
    this.door.close();
    this.#rpc.dispose();
    this.#socket.destroy();
  }
}
