import { DockError } from '../contracts/errors.ts';
import {
  oldestProtocol,
  type ParsedParams,
  protocolVersion,
  type RequestName,
  type RequestResult,
} from '../contracts/rpc.ts';
import { reachableThread } from '../tools/access.ts';
import { callTool } from '../tools/callTool.ts';
import type { ToolContext } from '../tools/toolContext.ts';
import { asAgent } from './asAgent.ts';
import type { ClientFeeds } from './clientFeeds.ts';
import type { ConnectionDoor } from './connectionDoor.ts';
import type { ConnectionHost } from './connectionHost.ts';
import { forgetRules } from './forgetRules.ts';
import type { Handshake } from './handshake.ts';

/** The client that asks. */
export interface AskingClient {
  readonly host: ConnectionHost;
  readonly handshake: Handshake;
  readonly feeds: ClientFeeds;
  readonly door: ConnectionDoor;
  /** What the client may do its work with, until its connection ends. Throws `unauthorized` before its proof. */
  context(): ToolContext;
}

/** Who is answered: whoever can open the socket, who has proved itself, or the person alone, for what they do with it. */
export type Asker = 'anybody' | 'proved' | { readonly person: string };

export interface ClientRequest<Name extends RequestName> {
  readonly from: Asker;
  /** The signal aborts when the client takes the request back. */
  answer(
    params: ParsedParams<Name>,
    client: AskingClient,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> | RequestResult<Name>;
}

/** All that a client can ask, in the order of the contract: who may, and what the host does. */
export const clientRequests: { readonly [Name in RequestName]: ClientRequest<Name> } = {
  challenge: {
    from: 'anybody',
    answer: (params, { handshake }) => handshake.challenge(params),
  },
  prove: {
    from: 'anybody',
    answer: (params, { handshake }) => handshake.prove(params),
  },
  hello: {
    from: 'proved',
    answer: ({ protocol, epoch, last_gseq }, { host, feeds }) => {
      requireSpoken(protocol);
      const snapshot = feeds.followFleet(epoch, last_gseq);
      const { store } = host.tools;
      return { epoch: store.epoch, gseq: store.lastGseq, snapshot };
    },
  },
  call: {
    from: 'proved',
    answer: ({ tool, args }, client) => callTool(tool, args, client.context()),
  },
  agent_call: {
    from: 'proved',
    answer: ({ tool, args }, client, signal) => {
      const context = client.context();
      return callTool(tool, args, {
        ...context,
        caller: asAgent(context.caller),
        signal: AbortSignal.any([signal, context.signal]),
      });
    },
  },
  forget_rules: {
    from: { person: 'Taking back a permission' },
    answer: async ({ thread, rules }, client) => ({
      forgotten: await forgetRules(thread, rules, client.context()),
    }),
  },
  tool_endpoint: {
    from: { person: 'Letting an agent in' },
    answer: (_params, { door }) => door.open(),
  },
  subscribe: {
    from: 'proved',
    answer: ({ thread, after }, client) => {
      reachableThread(client.context(), thread);
      client.feeds.followTranscript(thread, after);
      return {};
    },
  },
  unsubscribe: {
    from: 'proved',
    answer: ({ thread }, { feeds }) => {
      feeds.leaveTranscript(thread);
      return {};
    },
  },
  watch_screen: {
    from: { person: 'Watching a terminal' },
    answer: ({ thread }, { feeds }) => {
      feeds.followScreen(thread);
      return {};
    },
  },
  unwatch_screen: {
    from: 'proved',
    answer: ({ thread }, { feeds }) => {
      feeds.leaveScreen(thread);
      return {};
    },
  },
  write: {
    from: { person: 'Typing into a program' },
    answer: ({ thread, data }, { host }) => {
      host.write(thread, data);
      return {};
    },
  },
  resize: {
    from: { person: 'Resizing a terminal' },
    answer: ({ thread, columns, rows }, { host }) => {
      host.resize(thread, columns, rows);
      return {};
    },
  },
  status: {
    from: 'proved',
    answer: (_params, { host }) => host.status(),
  },
  stop: {
    from: { person: 'Stopping the host' },
    answer: ({ when_idle }, { host }) => ({ stopping: host.stop(when_idle) }),
  },
};

function requireSpoken(protocol: number): void {
  if (protocol >= oldestProtocol && protocol <= protocolVersion) return;
  throw new DockError(
    'version_mismatch',
    `This host speaks the protocols ${oldestProtocol} to ${protocolVersion}.`,
    { hint: 'Restart the host when it is idle: agentdock host stop --when-idle' },
  );
}
