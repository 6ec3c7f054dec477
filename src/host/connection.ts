import type { Socket } from 'node:net';
import { type CancellationToken, createMessageConnection, ErrorCodes } from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { DockError, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import {
  oldestProtocol,
  protocolVersion,
  type RequestName,
  type RequestResult,
  requestSchemas,
} from '../contracts/rpc.ts';
import { isProof, makeNonce, proofOf } from '../core/proof.ts';
import type { NativeTerminal } from '../providers/driver.ts';
import { mayReach, reachableThread, requirePerson } from '../tools/access.ts';
import { callTool } from '../tools/callTool.ts';
import type { ToolDoors } from '../tools/mcp/toolDoors.ts';
import type { Caller, ToolContext, ToolHost } from '../tools/toolContext.ts';
import { asAgent } from './asAgent.ts';
import { createConnectionDoor } from './connectionDoor.ts';
import { createFarewell, farewellMs } from './farewell.ts';
import { type ChangeLog, createFleetFeed } from './fleetFeed.ts';
import { forgetRules } from './forgetRules.ts';
import { BoundedReader, FrameWriter } from './frames.ts';
import type { Introduction } from './identifyCaller.ts';
import type { Log } from './log.ts';
import { createOutlet } from './outlet.ts';
import { noProofInTime, notOurs, notProved, responseError, unknownMethod } from './refusals.ts';
import { createScreenFeed, type ScreenFeed } from './screenFeed.ts';
import { createTranscriptFeed, type TranscriptFeed } from './transcriptFeed.ts';
import type { Troubles } from './troubles.ts';

export interface ConnectionHost {
  readonly tools: ToolHost;
  readonly key: string;
  readonly changes: ChangeLog;
  readonly troubles: Pick<Troubles, 'current' | 'onChange'>;
  readonly log: Log;
  /** Doors to the tools over MCP. */
  readonly doors: Pick<ToolDoors, 'openOutside' | 'shut'>;
  identify(introduction: Introduction, nonces: { client: string; host: string }): Promise<Caller>;
  terminal(thread: ThreadId): NativeTerminal;
  write(thread: ThreadId, data: string): void;
  resize(thread: ThreadId, columns: number, rows: number): void;
  status(): RequestResult<'status'>;
  stop(whenIdle: boolean): boolean;
}

/** Bytes a client may send before it has proved that it knows the key. */
const unprovedLimit = 64 * 1024;
/** Bytes of one request. */
const requestLimit = 64 * 1024 * 1024;
/** Who has not proved itself by then must not hold the connection, and with it the host, open. */
const unprovedMs = 5_000;

type Params<Name extends RequestName> = z.output<(typeof requestSchemas)[Name]['params']>;
type Handlers = {
  readonly [Name in RequestName]: (
    params: Params<Name>,
    signal: AbortSignal,
  ) => Promise<RequestResult<Name>> | RequestResult<Name>;
};

export interface ServedClient {
  /** Tells a client that has proved itself that the host ends on purpose. */
  sayStopping(reason: string): void;
}

/** Serves one client until its socket closes. What is not our protocol ends this connection and nothing else. */
export function serveConnection(socket: Socket, host: ConnectionHost, onClose: () => void): ServedClient {
  const { store } = host.tools;
  let introduction: (Params<'challenge'> & { readonly hostNonce: string }) | undefined;
  let knowsKey = false;
  let caller: Caller | undefined;
  let stopTroubles: (() => void) | undefined;
  const writer = new FrameWriter(socket);
  const sayFarewell = createFarewell(socket, writer);
  const limit = () => (knowsKey ? requestLimit : unprovedLimit);
  const reader = new BoundedReader(socket, limit, why => {
    // The library's own message may quote what was sent.
    host.log('a client sent what is not our protocol');
    sayFarewell(
      why === 'unreadable' ? ErrorCodes.ParseError : ErrorCodes.InvalidRequest,
      notOurs(why, limit()),
    );
  });
  const connection = createMessageConnection(reader, writer);
  const aborter = new AbortController();
  const transcripts = new Map<ThreadId, TranscriptFeed>();
  const screens = new Map<ThreadId, ScreenFeed>();
  const door = createConnectionDoor(host.doors);
  const outlet = createOutlet(socket, (method, params) => {
    connection.sendNotification(method, params).catch(() => socket.destroy());
  });
  const fleet = createFleetFeed({
    store,
    log: host.changes,
    capacity: host.tools.settings.max_running,
    outlet,
    sees: id => mayReach(context(), id),
  });

  const closeIn = (delayMs: number) => {
    setTimeout(() => knowsKey || socket.destroy(), delayMs).unref();
  };
  setTimeout(() => {
    if (!knowsKey) sayFarewell(ErrorCodes.InvalidRequest, noProofInTime());
  }, unprovedMs).unref();
  const handlers: Handlers = {
    challenge: params => {
      // Who a connection belongs to does not change.
      if (knowsKey) throw new DockError('conflict', 'This connection has proved itself already.');
      const hostNonce = makeNonce();
      introduction = { ...params, hostNonce };
      return {
        nonce: hostNonce,
        proof: proofOf(host.key, 'host', { client: params.nonce, host: hostNonce }),
        protocol: protocolVersion,
        oldest: oldestProtocol,
      };
    },
    prove: async ({ proof, window }) => {
      if (introduction === undefined)
        throw new DockError('unauthorized', 'Expected `challenge` before `prove`.');
      const nonces = { client: introduction.nonce, host: introduction.hostNonce };
      if (!isProof(proof, host.key, 'client', nonces)) {
        introduction = undefined;
        closeIn(farewellMs);
        throw new DockError('unauthorized', 'The client does not know the key of this host.', {
          hint: 'Read the endpoint again from .agentdock/state/host.json.',
        });
      }
      knowsKey = true;
      const { pid, marks, thread } = introduction.client;
      introduction = undefined;
      try {
        caller = await host.identify({ pid, marks, thread, window }, nonces);
      } catch (error) {
        knowsKey = false;
        closeIn(farewellMs);
        throw error;
      }
      return caller.kind === 'person' ? { caller: 'person' } : { caller: 'agent', reason: caller.why };
    },
    hello: ({ protocol, epoch, last_gseq }) => {
      if (protocol < oldestProtocol || protocol > protocolVersion) {
        throw new DockError(
          'version_mismatch',
          `This host speaks the protocols ${oldestProtocol} to ${protocolVersion}.`,
          {
            hint: 'Restart the host when it is idle: agentdock host stop --when-idle',
          },
        );
      }
      const snapshot = fleet.start(epoch, last_gseq);
      const trouble = host.troubles.current();
      if (trouble !== undefined) outlet.trouble(trouble);
      stopTroubles ??= host.troubles.onChange(outlet.trouble);
      return { epoch: store.epoch, gseq: store.lastGseq, snapshot };
    },
    call: ({ tool, args }) => callTool(tool, args, context()),
    agent_call: ({ tool, args }, signal) =>
      callTool(tool, args, {
        ...host.tools,
        caller: asAgent(known()),
        signal: AbortSignal.any([signal, aborter.signal]),
      }),
    forget_rules: async ({ thread, rules }) => ({ forgotten: await forgetRules(thread, rules, context()) }),
    tool_endpoint: () => {
      requirePerson(context(), 'Letting an agent in');
      return door.open();
    },
    subscribe: ({ thread, after }) => {
      reachableThread(context(), thread);
      transcripts.get(thread)?.close();
      const feed = createTranscriptFeed(store, thread, after, outlet, error =>
        host.log(`transcript of ${thread}: ${toToolError(error).message}`),
      );
      transcripts.set(thread, feed);
      return {};
    },
    unsubscribe: ({ thread }) => {
      transcripts.get(thread)?.close();
      transcripts.delete(thread);
      return {};
    },
    watch_screen: ({ thread }) => {
      requirePerson(context(), 'Watching a terminal');
      const terminal = host.terminal(thread);
      screens.get(thread)?.close();
      screens.set(thread, createScreenFeed(terminal, thread, outlet));
      return {};
    },
    unwatch_screen: ({ thread }) => {
      screens.get(thread)?.close();
      screens.delete(thread);
      return {};
    },
    write: ({ thread, data }) => {
      requirePerson(context(), 'Typing into a program');
      host.write(thread, data);
      return {};
    },
    resize: ({ thread, columns, rows }) => {
      requirePerson(context(), 'Resizing a terminal');
      reachableThread(context(), thread);
      host.resize(thread, columns, rows);
      return {};
    },
    status: () => host.status(),
    stop: ({ when_idle }) => {
      requirePerson(context(), 'Stopping the host');
      return { stopping: host.stop(when_idle) };
    },
  };
  const known = (): Caller => {
    if (caller === undefined) throw notProved();
    return caller;
  };

  const context = (): ToolContext => ({ ...host.tools, caller: known(), signal: aborter.signal });

  for (const name of Object.keys(handlers) as RequestName[]) {
    const check = name === 'challenge' || name === 'prove' ? () => undefined : known;
    connection.onRequest(name, (params: unknown, token: CancellationToken) =>
      answer({ name, params, signal: signalOf(token) }, handlers, check),
    );
  }
  connection.onRequest(() => {
    throw caller === undefined ? responseError(ErrorCodes.InvalidRequest, notProved()) : unknownMethod();
  });
  socket.on('error', () => socket.destroy());
  connection.onError(() => socket.destroy());
  connection.onClose(() => {
    aborter.abort();
    fleet.close();
    stopTroubles?.();
    door.close();
    for (const feed of [...transcripts.values(), ...screens.values()]) feed.close();
    connection.dispose();
    socket.destroy();
    onClose();
  });
  connection.listen();
  return {
    sayStopping: reason => {
      if (caller !== undefined && !socket.destroyed) outlet.stopping({ reason });
    },
  };
}

/** Parses the parameters, runs the handler, and puts our error form into the JSON-RPC error's data. */
async function answer<Name extends RequestName>(
  { name, params, signal }: { readonly name: Name; readonly params: unknown; readonly signal: AbortSignal },
  handlers: Handlers,
  check: () => unknown,
): Promise<unknown> {
  try {
    check();
    const parsed = requestSchemas[name].params.safeParse(params);
    if (!parsed.success)
      throw new DockError('invalid_arguments', `${name}: ${z.prettifyError(parsed.error)}`);
    const handler = handlers[name] as (params: unknown, signal: AbortSignal) => Promise<unknown> | unknown;
    return await handler(parsed.data, signal);
  } catch (error) {
    throw responseError(ErrorCodes.InvalidRequest, error);
  }
}

/** Aborts when the client takes the request back. */
function signalOf(token: CancellationToken): AbortSignal {
  const aborter = new AbortController();
  token.onCancellationRequested(() => aborter.abort());
  return aborter.signal;
}
