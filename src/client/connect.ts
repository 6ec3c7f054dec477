import { DockError, fromToolError, toolErrorSchema, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { RequestName, RequestParams, RequestResult } from '../contracts/rpc.ts';
import type { ToolArgs, ToolName, ToolOutput } from '../contracts/tools.ts';
import type { ConnectionState, DockClient, Trouble } from './dockClient.ts';
import { createEmitter } from './emitter.ts';
import { findHost, isFinal } from './findHost.ts';
import { createFleetModel } from './fleetModel.ts';
import { Follower } from './follower.ts';
import { readHostFile } from './hostFile.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { Screens } from './screens.ts';
import { untilAborted } from './untilAborted.ts';
import { withTimeout } from './withTimeout.ts';

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
  /** Asked at each connection: what kept the keys away may be mended by then. */
  readonly window?: () => Promise<WindowIdentity>;
  /** Starts a host when none runs; absent: only a running one is used. */
  readonly startHost?: () => Promise<void>;
  /** Only to show or stop the host: takes one of any protocol, and follows nothing. */
  readonly anyProtocol?: boolean;
  readonly log?: (message: string) => void;
}

/** Tries in a row before the client says that it is offline. */
const patience = 5;
/** For the first answer, which may bring ten thousand threads. */
const helloMs = 30_000;
/** How often a client whose host was stopped looks whether somebody started the next one. */
const lookMs = 2_000;

export function connect(options: ConnectOptions): DockClient {
  const report = (error: unknown) => options.log?.(`a listener failed: ${toToolError(error).message}`);
  const states = createEmitter<ConnectionState>(report);
  const troubles = createEmitter<Trouble | undefined>(report);
  const fleet = createFleetModel(report);
  const followers = new Map<ThreadId, Follower>();
  let state: ConnectionState = { kind: 'connecting' };
  let trouble: Trouble | undefined;
  let rpc: RpcConnection | undefined;
  let isDisposed = false;
  let isConnecting = false;
  /** Our own `stop`: the end of the host is then what was wanted, and no reason to start the next one. */
  let isStopping = false;
  /** The host says that it ends on purpose, or has done so. */
  let hostStops = false;
  let looking: NodeJS.Timeout | undefined;
  /** The host's start in which the followers' numbers hold. */
  let followedEpoch: number | undefined;

  const setState = (next: ConnectionState) => {
    state = next;
    states.fire(next);
  };
  const setTrouble = (next: Trouble | undefined) => {
    if (next === trouble) return;
    trouble = next;
    troubles.fire(next);
  };
  const nextState = () =>
    new Promise<void>(resolve => {
      const stop = states.on(() => {
        stop();
        resolve();
      });
    });

  const { startHost } = options;
  const starter = startHost && {
    startHost: async () => {
      // Closed while it waited for keys or looked for a host: nobody needs one any more.
      if (isDisposed) throw closed();
      await startHost();
    },
  };

  const run = async () => {
    if (isConnecting || isDisposed) return;
    isConnecting = true;
    hostStops = false;
    clearInterval(looking);
    setState({ kind: 'connecting' });
    for (let attempt = 1; !isDisposed; attempt += 1) {
      try {
        const window = await options.window?.();
        await attach(await findHost({ ...options, ...starter }, window));
        return;
      } catch (error) {
        if (isDisposed) return;
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
    try {
      await greet(opened);
    } catch (error) {
      // An open socket would hold the host, and the program, for ever.
      opened.dispose();
      throw error;
    }
    rpc = opened;
    isConnecting = false;
    opened.onClose(() => {
      if (rpc !== opened) return;
      rpc = undefined;
      if (isDisposed) return;
      if (isStopping || hostStops) rest(opened.endpoint);
      else void run();
    });
    const other = opened.version === options.version ? {} : { hostVersion: opened.version };
    setState({ kind: 'connected', caller: opened.caller, ...other });
    for (const follower of followers.values()) subscribe(follower);
    screens.restart();
  };

  const greet = async (opened: RpcConnection) => {
    if (isDisposed) throw closed();
    if (options.anyProtocol === true) return;
    if (opened.mismatch !== undefined) throw opened.mismatch;
    opened.onNotification('fleet', params => fleet.apply(params));
    opened.onNotification('transcript', batch => followers.get(batch.thread)?.take(batch));
    opened.onNotification('screen', part => screens.take(part));
    // Another host may find nothing wrong, and then says nothing.
    setTrouble(undefined);
    opened.onNotification('trouble', setTrouble);
    opened.onNotification('stopping', () => {
      hostStops = true;
    });
    const hello = opened.request('hello', { protocol: opened.protocol, ...fleet.position() });
    const { epoch } = await withTimeout(hello, helloMs, opened.pid);
    if (isDisposed) throw closed();
    if (epoch === followedEpoch) return;
    // What a dead host had not written is gone, and its numbers are given again: only a new replay is sure.
    for (const follower of followers.values()) follower.restart();
    followedEpoch = epoch;
  };

  /** Without a host that somebody stopped: the next call starts the next one, or somebody else has done so. */
  const rest = (endpoint: string) => {
    setState({ kind: 'offline', error: stopped() });
    clearInterval(looking);
    looking = setInterval(() => void lookForNext(endpoint), lookMs).unref();
  };
  const lookForNext = async (endpoint: string) => {
    const file = await readHostFile(options.workspace);
    if (file !== undefined && file.endpoint !== endpoint && state.kind === 'offline') void run();
  };

  const connected = async (): Promise<RpcConnection> => {
    for (;;) {
      if (isDisposed) throw closed();
      if (rpc !== undefined && !hostStops) return rpc;
      if (state.kind === 'offline') {
        if (!hostStops || isStopping) throw state.error;
        void run();
      }
      await nextState();
    }
  };

  const request = async <Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal?: AbortSignal,
  ) => {
    const { mismatch, request: ask } = await connected();
    signal?.throwIfAborted();
    if (mismatch !== undefined && name !== 'status') throw mismatch;
    return ask(name, params, signal) as Promise<RequestResult<Name>>;
  };

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

  const screens = new Screens({
    thread: id => fleet.threads.get(id),
    onDidChange: fleet.onDidChange,
    ask: (name, thread) => tell(name, { thread }),
    onError: report,
  });

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
    get trouble() {
      return trouble;
    },
    onDidChangeTrouble: troubles.on,
    onDidChangeState: states.on,
    onDidChangeThreads: fleet.onDidChange,
    call: async <Name extends ToolName>(tool: Name, args: ToolArgs<Name>) => {
      const reply = await request('call', { tool, args });
      if (!reply.ok) throw fromToolError(toolErrorSchema.parse(reply.error));
      return reply.result as ToolOutput<Name>;
    },
    callAsAgent: async (tool, args, signal) => {
      const reply = await untilAborted(request('agent_call', { tool, args }, signal), signal);
      return reply.ok ? { ok: true, result: reply.result } : reply;
    },
    forgetRules: params => request('forget_rules', params),
    toolEndpoint: () => request('tool_endpoint', {}),
    follow: (thread, listener) => {
      const follower = followers.get(thread) ?? new Follower(thread, report);
      followers.set(thread, follower);
      const stop = follower.listeners.on(listener);
      follower.restart();
      subscribe(follower);
      return () => {
        stop();
        if (!follower.listeners.isEmpty || followers.get(thread) !== follower) return;
        followers.delete(thread);
        tell('unsubscribe', { thread });
      };
    },
    watchScreen: (thread, listener) => screens.watch(thread, listener),
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
      const answer = await Promise.race([asked, gone]);
      return answer?.stopping ?? true;
    },
    retry: () => {
      isStopping = false;
      if (state.kind === 'offline') void run();
    },
    dispose: () => {
      if (isDisposed) return;
      isDisposed = true;
      clearInterval(looking);
      rpc?.dispose();
      rpc = undefined;
      setState({ kind: 'offline', error: closed() });
      states.clear();
      troubles.clear();
      fleet.clear();
      followers.clear();
      screens.clear();
    },
  };
}

function closed(): DockError {
  return new DockError('cancelled', 'The client was closed.');
}

function stopped(): DockError {
  const hint = 'Connect again to start it.';
  return new DockError('not_found', 'The AgentDock host was stopped.', { hint });
}

function asDockError(error: unknown): DockError {
  if (error instanceof DockError) return error;
  return new DockError('upstream_unavailable', toToolError(error).message, { cause: error });
}
