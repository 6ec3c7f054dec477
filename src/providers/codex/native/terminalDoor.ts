import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** The way of one terminal to the host: on loopback, for who brings the secret, and for one alone. */
export interface TerminalDoor {
  readonly url: string;
  readonly token: string;
  /** Nothing listens any more once somebody has come in. */
  close(): void;
}

/** A tool's result may be large. */
const largestMessage = 256 * 1024 * 1024;

export async function openTerminalDoor(enter: (socket: WebSocket) => void): Promise<TerminalDoor> {
  const token = randomBytes(32).toString('base64url');
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  const server = createServer((_, response) => void response.writeHead(404).end());
  let isOpen = true;
  const shut = (): void => {
    isOpen = false;
    server.close();
  };
  server.on('upgrade', (request, socket, head) => {
    if (!isOpen || !isExpected(request, token, addressOf(server.address()))) {
      // Once it is handed over nobody else hears of its errors, or ends it when the other side does not.
      socket.on('error', () => socket.destroy());
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n', () => socket.destroy());
      return;
    }
    shut();
    sockets.handleUpgrade(request, socket, head, enter);
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `ws://${addressOf(server.address())}`,
    token,
    close: () => {
      shut();
      server.closeAllConnections();
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function addressOf(address: AddressInfo | string | null): string {
  return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
}

/** A page in a browser brings an origin, and a name bent to loopback another host. */
function isExpected({ headers }: IncomingMessage, token: string, address: string): boolean {
  const [given, wanted] = [Buffer.from(headers.authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  const isKnown = given.length === wanted.length && timingSafeEqual(given, wanted);
  return isKnown && headers.origin === undefined && headers.host === address;
}
