import { connect as connectSocket, type Socket } from 'node:net';
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { DockError, fromToolError, toolErrorSchema } from '../contracts/errors.ts';
import {
  type HostFile,
  type NotificationName,
  type NotificationParams,
  notificationSchemas,
  oldestProtocol,
  protocolVersion,
  type RequestName,
  type RequestParams,
  type RequestResult,
  requestSchemas,
} from '../contracts/rpc.ts';
import { isProof, makeNonce, proofOf, signAsWindow } from '../core/proof.ts';
import { callerMarks } from './callerMarks.ts';
import type { ConnectOptions, WindowIdentity } from './connectOptions.ts';
import { wireFleetSchema } from './wireThread.ts';
import { withTimeout } from './withTimeout.ts';

type Caller = 'person' | 'agent';

/** One proved connection to one host. */
export interface RpcConnection {
  readonly caller: Caller;
  readonly endpoint: string;
  readonly pid: number;
  /** Of AgentDock, as the host says. */
  readonly version: string;
  /** The newest that both sides speak. */
  readonly protocol: number;
  /** They speak none in common: only `status` and `stop` are understood. */
  readonly mismatch: DockError | undefined;
  /** The signal asks the host to stop working at it; the answer still comes. */
  request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<Name>>;
  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): void;
  onClose(listener: () => void): void;
  dispose(): void;
}

const connectTimeoutMs = 5_000;
const restartHint = 'Restart it when it is idle: agentdock host stop --when-idle';

/** Connects and proves both sides. Throws `DockError`: `upstream_unavailable`, `unauthorized`. */
export async function openRpcConnection(
  file: HostFile,
  options: ConnectOptions,
  window: WindowIdentity | undefined,
): Promise<RpcConnection> {
  const socket = await openSocket(file.endpoint);
  const reader = new SocketMessageReader(socket);
  // Its timer for unfinished messages would outlive the connection.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new SocketMessageWriter(socket));
  connection.onError(() => socket.destroy());
  // Open requests would hang for ever when the socket closes.
  connection.onClose(() => connection.dispose());
  connection.listen();
  try {
    const proved = await withTimeout(prove(connection, file, options, window), connectTimeoutMs, file.pid);
    const { endpoint, pid, version } = file;
    return { ...proved, endpoint, pid, version, ...wrap(connection, socket, options) };
  } catch (error) {
    connection.dispose();
    socket.destroy();
    throw error;
  }
}

function openSocket(endpoint: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(endpoint);
    socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('No answer from the host.')));
    socket.once('error', cause => reject(unavailable('The host cannot be reached.', cause)));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

async function prove(
  connection: MessageConnection,
  file: HostFile,
  { kind, version }: ConnectOptions,
  window: WindowIdentity | undefined,
): Promise<Pick<RpcConnection, 'caller' | 'protocol' | 'mismatch'>> {
  const nonce = makeNonce();
  const client = { kind, version, pid: process.pid, ...callerMarks(process.env) };
  const challenge = await send(connection, 'challenge', { nonce, client });
  const nonces = { client: nonce, host: challenge.nonce };
  if (!isProof(challenge.proof, file.key, 'host', nonces)) {
    throw new DockError('unauthorized', 'What listens at the endpoint is not the host of this workspace.', {
      hint: 'End it, or remove .agentdock/state/host.json and try again.',
    });
  }
  const { caller } = await send(connection, 'prove', {
    proof: proofOf(file.key, 'client', nonces),
    ...(window === undefined
      ? {}
      : { window: { key: window.publicKey, signature: signAsWindow(window.privateKey, nonces) } }),
  });
  const speaksOurs = challenge.protocol >= oldestProtocol && challenge.oldest <= protocolVersion;
  const mismatch = speaksOurs ? undefined : otherProtocol(file.version);
  return { caller, protocol: Math.min(protocolVersion, challenge.protocol), mismatch };
}

function otherProtocol(version: string): DockError {
  const message = `The running host (version ${version}) speaks another protocol.`;
  return new DockError('version_mismatch', message, { hint: restartHint });
}

function wrap(
  connection: MessageConnection,
  socket: Socket,
  { log }: ConnectOptions,
): Omit<RpcConnection, 'caller' | 'protocol' | 'mismatch' | 'endpoint' | 'pid' | 'version'> {
  return {
    request: (name, params, signal) => send(connection, name, params, signal),
    onNotification: (name, listener) => {
      connection.onNotification(name, (params: unknown) => {
        const schema = name === 'fleet' ? wireFleetSchema : notificationSchemas[name];
        const parsed = schema.safeParse(params);
        if (parsed.success) listener(parsed.data as NotificationParams<typeof name>);
        else log?.(`the host sent a ${name} that is not understood`);
      });
    },
    onClose: listener => {
      socket.once('close', listener);
      if (socket.destroyed) setImmediate(listener);
    },
    dispose: () => {
      connection.dispose();
      socket.destroy();
    },
  };
}

async function send<Name extends RequestName>(
  connection: MessageConnection,
  name: Name,
  params: RequestParams<Name>,
  signal?: AbortSignal,
): Promise<RequestResult<Name>> {
  const cancelling = new CancellationTokenSource();
  const cancel = () => cancelling.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const result: unknown = await connection.sendRequest(name, params, cancelling.token);
    return requestSchemas[name].result.parse(result) as RequestResult<Name>;
  } catch (error) {
    throw toDockError(error);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancelling.dispose();
  }
}

function toDockError(error: unknown): DockError {
  if (error instanceof ResponseError) {
    if (error.code === ErrorCodes.MethodNotFound) return olderHost(error);
    const ours = toolErrorSchema.safeParse(error.data);
    if (ours.success) return fromToolError(ours.data);
  }
  return unavailable('The connection to the host broke off.', error);
}

/** We ask for nothing but what our own protocol has. */
function olderHost(cause: unknown): DockError {
  return new DockError('version_mismatch', 'The running host is older and does not know this request.', {
    cause,
    hint: restartHint,
  });
}

function unavailable(message: string, cause: unknown): DockError {
  return new DockError('upstream_unavailable', message, { cause });
}
