import type { Socket } from 'node:net';
import {
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  Message,
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

/** Why a reader reads no further. */
export type BadFrame = 'unreadable' | 'no_message' | 'too_long';

/**
 * Reads messages up to the first bytes that are none: what is not JSON, not JSON-RPC, or more than `limit()` bytes
 * without a whole message among them.
 */
export class BoundedReader extends SocketMessageReader {
  readonly #socket: Socket;
  readonly #onBadFrame: (why: BadFrame) => void;
  #unfinished = 0;
  #isOver = false;

  constructor(socket: Socket, limit: () => number, onBadFrame: (why: BadFrame) => void) {
    super(socket);
    this.#socket = socket;
    this.#onBadFrame = onBadFrame;
    // Its timer for unfinished messages outlives the connection, and with it what had arrived.
    this.partialMessageTimeout = 0;
    socket.on('data', (chunk: Buffer) => {
      this.#unfinished += chunk.length;
      if (this.#unfinished > limit()) this.#stop('too_long');
    });
  }

  override listen(callback: DataCallback): Disposable {
    return super.listen(message => {
      this.#unfinished = 0;
      if (this.#isOver) return;
      // The library would drop it without a word to its sender.
      if (isMessage(message)) callback(message);
      else this.#stop('no_message');
    });
  }

  /** Also called for a socket that breaks. */
  protected override fireError(): void {
    if (!this.#socket.destroyed) this.#stop('unreadable');
  }

  #stop(why: BadFrame): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onBadFrame(why);
  }
}

function isMessage(value: Message): boolean {
  return Message.isRequest(value) || Message.isNotification(value) || Message.isResponse(value);
}
