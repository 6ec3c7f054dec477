import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { type HostFile, type RequestParams, requestSchemas } from '../contracts/rpc.ts';
import { isLocalEndpoint } from '../core/localEndpoint.ts';
import { isProof, makeNonce } from '../core/proof.ts';

/** As long as a client waits for a connection. */
const limitMs = 5_000;

/**
 * Whether the host that published `file` answers a challenge with a proof of its key. `silent`: somebody takes the
 * connection and says nothing, such as a stopped process. `unreachable`: nobody takes it, or somebody else.
 */
export async function askHost(
  file: HostFile,
  version: string,
  timeoutMs = limitMs,
): Promise<'answers' | 'silent' | 'unreachable'> {
  if (!isLocalEndpoint(file.endpoint)) return 'unreachable';
  const socket = connect(file.endpoint);
  const reader = new SocketMessageReader(socket);
  // Its timer for unfinished messages would outlive the connection.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new SocketMessageWriter(socket));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'silent'>(resolve => {
    timer = setTimeout(() => resolve('silent'), timeoutMs);
  });
  try {
    return await Promise.race([challenge(connection, file, version), ended(socket, connection), late]);
  } finally {
    clearTimeout(timer);
    connection.dispose();
    socket.destroy();
  }
}

async function challenge(
  connection: MessageConnection,
  { key }: HostFile,
  version: string,
): Promise<'answers' | 'unreachable'> {
  const nonce = makeNonce();
  const params: RequestParams<'challenge'> = { nonce, client: { kind: 'cli', pid: process.pid, version } };
  connection.listen();
  const answer = await connection.sendRequest<unknown>('challenge', params).catch(() => undefined);
  const parsed = requestSchemas.challenge.result.safeParse(answer);
  const { nonce: host, proof } = parsed.data ?? { nonce: '', proof: '' };
  return isProof(proof, key, 'host', { client: nonce, host }) ? 'answers' : 'unreachable';
}

function ended(socket: Socket, connection: MessageConnection): Promise<'unreachable'> {
  return new Promise(resolve => {
    socket.on('error', () => resolve('unreachable'));
    connection.onError(() => resolve('unreachable'));
    connection.onClose(() => resolve('unreachable'));
  });
}
