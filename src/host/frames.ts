import type { Socket } from 'node:net';
import {
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageWriter,
  SocketMessageReader,
} from 'vscode-jsonrpc/node';

/** Bytes that may wait for one client; who leaves more unread is cut off. */
const longestUnread = 64 * 1024 * 1024;

/**
 * Writes each message in one piece. The library's own writer queues messages as promises, where nobody sees how many
 * there are; here all that waits for a client counts in `socket.writableLength`.
 */
export class FrameWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    const body = Buffer.from(JSON.stringify(message));
    const head = Buffer.from(`Content-Length: ${body.length}\r\n\r\n`);
    if (this.#socket.writableLength > longestUnread) {
      this.#socket.destroy();
      return Promise.reject(new Error('The client does not read.'));
    }
    return new Promise((resolve, reject) => {
      this.#socket.write(Buffer.concat([head, body]), error => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.#socket.end();
  }
}

/** Reads messages, and ends the connection of who sends more than `limit()` bytes without a whole one among them. */
export class BoundedReader extends SocketMessageReader {
  #unfinished = 0;

  constructor(socket: Socket, limit: () => number) {
    super(socket);
    // Its timer for unfinished messages outlives the connection, and with it what had arrived.
    this.partialMessageTimeout = 0;
    socket.on('data', (chunk: Buffer) => {
      this.#unfinished += chunk.length;
      if (this.#unfinished > limit()) socket.destroy();
    });
  }

  override listen(callback: DataCallback): Disposable {
    return super.listen(message => {
      this.#unfinished = 0;
      callback(message);
    });
  }
}
