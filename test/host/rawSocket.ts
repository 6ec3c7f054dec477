import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readHostFile } from '../../src/client/hostFile.ts';
import type { HostFile } from '../../src/contracts/rpc.ts';
import { makeNonce, proofOf } from '../../src/core/proof.ts';
import { waitFor } from '../support/waitFor.ts';
import type { Dock } from './harness.ts';

/** A connection that sends whatever bytes it likes. */
export interface RawSocket {
  readonly file: HostFile;
  send(bytes: string | Uint8Array): void;
  /** Sends a request and gives the whole answer, result or error. */
  request(method: string, params: unknown): Promise<Answer>;
  /** What the host says to no request in particular before it closes the connection. */
  farewell(): Promise<Answer>;
  /** Parameters of the notifications that came. */
  notifications(method: string): readonly unknown[];
  /** Reads nothing more. */
  pause(): void;
  /** Challenge and prove, as a real client does; `key`: in place of the right one. */
  prove(key?: string): Promise<Answer>;
  /** Resolves when the host has closed the connection. */
  closed(): Promise<void>;
  isClosed(): boolean;
  end(): void;
}

export interface Answer {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export async function openRawSocket(dock: Dock): Promise<RawSocket> {
  const file = await readHostFile(dock.workspace);
  if (file === undefined) throw new Error('Expected a running host, got no host.json.');
  const socket = connect(file.endpoint);
  await once(socket, 'connect');
  // The host may close while bytes are on their way to it.
  socket.on('error', () => undefined);
  const answers = readFrames(socket);
  let nextId = 1;
  const raw: RawSocket = {
    file,
    send: bytes => void socket.write(bytes),
    request: async (method, params) => {
      const id = nextId++;
      socket.write(frame({ jsonrpc: '2.0', id, method, params }));
      return waitFor(`the answer to ${method}`, () => {
        const answer = answers.find(one => one.id === id);
        if (answer === undefined && socket.destroyed)
          throw new Error(`The host closed the connection before it answered ${method}.`);
        return answer;
      });
    },
    farewell: async () => {
      await raw.closed();
      const last = answers.find(one => one.id === null);
      if (last === undefined) throw new Error('The host closed the connection without a word.');
      return last;
    },
    notifications: method => answers.flatMap(one => (one.method === method ? [one.params] : [])),
    pause: () => void socket.pause(),
    prove: async key => {
      const nonce = makeNonce();
      const client = { kind: 'cli', pid: process.pid, version: '0', marks: [] };
      const { result } = await raw.request('challenge', { nonce, client });
      const host =
        typeof result === 'object' && result !== null && 'nonce' in result ? String(result.nonce) : '';
      return raw.request('prove', { proof: proofOf(key ?? file.key, 'client', { client: nonce, host }) });
    },
    closed: () => waitFor('the host to close the connection', () => socket.closed).then(() => undefined),
    isClosed: () => socket.closed,
    end: () => socket.destroy(),
  };
  return raw;
}

/** A message as vscode-jsonrpc frames it. */
export function frame(message: unknown): string {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function readFrames(socket: Socket): Answer[] {
  const answers: Answer[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/.exec(rest.toString('latin1', 0, head))?.[1]);
      if (rest.length < head + 4 + length) return;
      answers.push(JSON.parse(rest.toString('utf8', head + 4, head + 4 + length)));
      rest = rest.subarray(head + 4 + length);
    }
  });
  return answers;
}
