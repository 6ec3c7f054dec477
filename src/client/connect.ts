import { DockError, fromToolError, toolErrorSchema, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { RequestName, RequestParams, RequestResult } from '../contracts/rpc.ts';
import type { ToolArgs, ToolName, ToolOutput } from '../contracts/tools.ts';
import type { ConnectionState, DockClient } from './dockClient.ts';
import { createEmitter } from './emitter.ts';
import { createFleetModel } from './fleetModel.ts';
import { Follower } from './follower.ts';
import { readHostFile } from './hostFile.ts';
import { openRpcConnection, type RpcConnection } from './rpcConnection.ts';

/** Ed25519 keys of this person's windows, PEM; the public half is listed in the person's user folder. */
export interface WindowIdentity {
  readonly publicKey: string;
  readonly privateKey: string;
}

export interface ConnectOptions {
  /** Absolute path of the folder that holds `.agentdock/`. */
  readonly workspace: string;
  readonly kind: 'window' | 'cli';
  readonly version: string;
  readonly window?: WindowIdentity;
  /** Starts a host when none runs; absent: only a running one is used. */
  readonly startHost?: () => Promise<void>;
  readonly log?: (message: string) => void;
}

/** Tries in a row before the client says that it is offline. */
const patience = 5;

export function connect(options: ConnectOptions): DockClient {
  const states = createEmitter<ConnectionState>();
  const fleet = createFleetModel();
  const followers = new Map<ThreadId, Follower>();
  let state: ConnectionState = { kind: 'connecting' };
  let rpc: RpcConnection | undefined;
  let isDisposed = false;
  let isConnecting = false;
  /** Our own `stop`: the end of the host is then what was wanted, and no reason to start the next one. */
  let isStopping = false;

  const setState = (next: ConnectionState) => {
    state = next;
    states.fire(next);
  };

  const run = async () => {
    if (isConnecting || isDisposed) return;
    isConnecting = true;
    setState({ kind: 'connecting' });
    for (let attempt = 1; !isDisposed; attempt += 1) {
      try {
        const opened = await findHost(options);
        if (isDisposed) return opened.dispose();
        await attach(opened);
        return;
      } catch (error) {
        options.log?.(`connect: ${toToolError(error).message}`);
        if (attempt >= patience || isFinal(error)) {
          isConnecting = false;
          setState({ kind: 'offline', error: asDockError(error) });
          return;
        }
        await new Promise(resolve => setTimeout(resolve, 50 * 2 ** attempt));
      }
    }
  };

  const attach = async (opened: RpcConnection) => {
    opened.onNotification('fleet', params => fleet.apply(params));
    opened.onNotification('transcript', batch => followers.get(batch.thread)?.take(batch));
    await opened.request('hello', { protocol: 1, ...fleet.position() });
    rpc = opened;
    isConnecting = false;
    opened.onClose(() => {
      if (rpc !== opened) return;
      rpc = undefined;
      if (isDisposed) return;
      if (isStopping) setState({ kind: 'offline', error: stopped() });
      else void run();
    });
    setState({ kind: 'connected', caller: opened.caller });
    for (const follower of followers.values()) subscribe(follower);
  };

  const connected = async (): Promise<RpcConnection> => {
    if (isDisposed) throw new DockError('cancelled', 'The client was closed.');
    if (rpc !== undefined) return rpc;
    if (state.kind === 'offline') throw state.error;
    return new Promise((resolve, reject) => {
      const stop = states.on(next => {
        if (next.kind === 'connecting') return;
        stop();
        if (next.kind === 'offline') reject(next.error);
        else if (rpc !== undefined) resolve(rpc);
      });
    });
  };

  const request = async <Name extends RequestName>(name: Name, params: RequestParams<Name>) =>
    (await connected()).request(name, params) as Promise<RequestResult<Name>>;

  const subscribe = (follower: Follower) => {
    const { thread, after } = follower;
    rpc
      ?.request('subscribe', { thread, after })
      .catch(error => options.log?.(`follow: ${toToolError(error).message}`));
  };

  /** Fire and forget: a key that does not arrive is not worth an error. */
  const tell = <Name extends RequestName>(name: Name, params: RequestParams<Name>) => {
    rpc?.request(name, params).catch(error => options.log?.(`${name}: ${toToolError(error).message}`));
  };

  void run();
  return {
    get state() {
      return state;
    },
    get threads() {
      return fleet.threads;
    },
    get capacity() {
      return fleet.capacity();
    },
    onDidChangeState: states.on,
    onDidChangeThreads: fleet.onDidChange,
    call: async <Name extends ToolName>(tool: Name, args: ToolArgs<Name>) => {
      const reply = await request('call', { tool, args });
      if (!reply.ok) throw fromToolError(toolErrorSchema.parse(reply.error));
      return reply.result as ToolOutput<Name>;
    },
    follow: (thread, listener) => {
      const follower = followers.get(thread) ?? new Follower(thread);
      const isNew = follower.isEmpty;
      followers.set(thread, follower);
      follower.add(listener);
      if (!isNew) follower.restart();
      subscribe(follower);
      return () => {
        follower.remove(listener);
        if (!follower.isEmpty || followers.get(thread) !== follower) return;
        followers.delete(thread);
        tell('unsubscribe', { thread });
      };
    },
    write: (thread, data) => tell('write', { thread, data }),
    resize: (thread, columns, rows) => tell('resize', { thread, columns, rows }),
    status: () => request('status', {}),
    stop: async ({ whenIdle = false } = {}) => {
      const { request: ask, onClose } = await connected();
      isStopping = true;
      // A host that stops at once may be gone before its answer arrives.
      const gone = new Promise<void>(resolve => onClose(resolve));
      const asked = ask('stop', { when_idle: whenIdle }).catch((error: unknown) => {
        if (asDockError(error).retryable) return gone;
        isStopping = false;
        throw error;
      });
      await Promise.race([asked, gone]);
    },
    retry: () => {
      isStopping = false;
      if (state.kind === 'offline') void run();
    },
    dispose: () => {
      if (isDisposed) return;
      isDisposed = true;
      rpc?.dispose();
      rpc = undefined;
      setState({ kind: 'offline', error: new DockError('cancelled', 'The client was closed.') });
      states.clear();
      fleet.clear();
      followers.clear();
    },
  };
}

/** A connection to the running host; starts one if there is none and that is allowed. */
async function findHost(options: ConnectOptions): Promise<RpcConnection> {
  const file = await readHostFile(options.workspace);
  if (file !== undefined) {
    try {
      return await openRpcConnection(file, options);
    } catch (error) {
      if (isFinal(error)) throw error;
      if (options.startHost === undefined) throw nobodyListens(error) ? notRunning() : error;
      options.log?.(`the host of pid ${file.pid} does not answer; starting one`);
    }
  }
  if (options.startHost === undefined) {
    throw notRunning();
  }
  await options.startHost();
  const started = await readHostFile(options.workspace);
  if (started === undefined)
    throw new DockError('upstream_unavailable', 'The host did not write its endpoint.');
  return openRpcConnection(started, options);
}

function stopped(): DockError {
  return new DockError('not_found', 'The AgentDock host was stopped.', {
    hint: 'Connect again to start it.',
  });
}

function notRunning(): DockError {
  return new DockError('not_found', 'No AgentDock host runs for this workspace.', {
    hint: 'A VS Code window on the folder starts one, and so does any `agentdock` command of a person.',
  });
}

/** The host ended without taking its endpoint back. */
function nobodyListens(error: unknown): boolean {
  const cause = error instanceof DockError ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT')
  );
}

/** Trying again at once would not help: a disk that is full or read-only stays so until somebody acts. */
function isFinal(error: unknown): boolean {
  return error instanceof DockError && (!error.retryable || error.code === 'storage_unavailable');
}

function asDockError(error: unknown): DockError {
  if (error instanceof DockError) return error;
  return new DockError('upstream_unavailable', toToolError(error).message, { cause: error });
}
