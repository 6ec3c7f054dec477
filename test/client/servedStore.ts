import { once } from 'node:events';
import { realpath, rm } from 'node:fs/promises';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connect } from '../../src/client/connect.ts';
import type { ConnectOptions } from '../../src/client/connectOptions.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { makeNonce, proofOf } from '../../src/core/proof.ts';
import { type ServedClient, serveConnection } from '../../src/host/connection.ts';
import { publishEndpoint } from '../../src/host/endpoint.ts';
import { createChangeLog } from '../../src/host/fleetFeed.ts';
import { listen } from '../../src/host/listen.ts';
import { createSerializer } from '../../src/host/serially.ts';
import type { ThreadStore } from '../../src/store/threadStore.ts';
import { followActive } from '../../src/tools/followActive.ts';
import { openToolDoors } from '../../src/tools/mcp/toolDoors.ts';
import type { Caller, ToolHost } from '../../src/tools/toolContext.ts';
import { makeStoreHarness } from '../store/storeHarness.ts';
import { waitFor } from '../support/waitFor.ts';
import { settings } from '../tools/toolHarness.ts';

const key = 'k'.repeat(64);

export interface Serving {
  readonly store: ThreadStore;
  readonly endpoint: string;
  readonly sockets: ReadonlyMap<Socket, ServedClient>;
  readonly logged: readonly string[];
  /** Ends on purpose, as a host does. */
  stop(): Promise<void>;
  /** Ends the connections and nothing else: what a client meets when its socket breaks. */
  cut(): void;
  close(): Promise<void>;
}

/** A real store behind a real socket and the real client: a host without agents, in this process. */
export async function makeServedStore(t: TestContext) {
  const harness = await makeStoreHarness(t);
  const workspace = await realpath(harness.workspace);
  const clients: DockClient[] = [];
  const servings: Serving[] = [];
  t.after(async () => {
    for (const client of clients) client.dispose();
    for (const serving of servings) await serving.close();
  });

  const serve = async (options: { readonly caller?: Caller | Error } = {}): Promise<Serving> => {
    const store = await harness.open();
    await store.hostStarted({ version: '0', pid: process.pid });
    const endpoint = join(harness.userConfigDir, `${servings.length}.sock`);
    const sockets = new Map<Socket, ServedClient>();
    const logged: string[] = [];
    const tools: ToolHost = {
      store,
      active: followActive(store),
      workspace,
      settings,
      pump: () => undefined,
      stepAside: () => () => undefined,
      isAside: () => false,
      interrupt: async () => undefined,
      health: async () => [],
      hasTerminal: () => true,
      unfitForTerminal: () => undefined,
      permissionMeans: (_provider, mode) => mode,
      inTurn: createSerializer(),
    };
    const doors = await openToolDoors(() => ({
      host: tools,
      besides: { takeForReply: async () => undefined },
    }));
    const connections = {
      tools,
      key,
      doors,
      changes: createChangeLog(store),
      troubles: { current: () => undefined, onChange: () => () => undefined },
      log: (message: string) => void logged.push(message),
      identify: async () => {
        if (options.caller instanceof Error) throw options.caller;
        return options.caller ?? ({ kind: 'person' } as const);
      },
      terminal: () => {
        throw new Error('Nobody watches a terminal here.');
      },
      write: () => undefined,
      resize: () => undefined,
      status: () => {
        throw new Error('not served here');
      },
      stop: () => false,
    };
    const server = await listen(endpoint, connections.log, socket => {
      sockets.set(
        socket,
        serveConnection(socket, connections, () => sockets.delete(socket)),
      );
    });
    await publishEndpoint({ workspace, endpoint, key, version: '0' });
    const cut = () => {
      for (const socket of sockets.keys()) socket.destroy();
    };
    const close = async () => {
      server.close();
      cut();
      await doors.close();
      await store.close();
    };
    const serving: Serving = {
      store,
      endpoint,
      sockets,
      logged,
      cut,
      stop: async () => {
        for (const served of sockets.values()) served.sayStopping('the test says so');
        await rm(store.folder.hostFile);
        for (const socket of sockets.keys()) socket.end();
        await close();
      },
      close,
    };
    servings.push(serving);
    return serving;
  };

  const client = async (options: Partial<ConnectOptions> = {}): Promise<DockClient> => {
    const connected = connect({ workspace, kind: 'cli', version: '0', ...options });
    clients.push(connected);
    await waitFor('the client to be connected', () => connected.state.kind === 'connected');
    return connected;
  };

  return { ...harness, workspace, serve, client };
}

/** A worker that waits in the queue. */
export async function addThread(store: ThreadStore, id: ThreadId, parent_id?: ThreadId): Promise<ThreadId> {
  await store.commit([
    {
      thread: id,
      change: {
        type: 'thread.created',
        ...(parent_id === undefined ? {} : { parent_id }),
        depth: 0,
        role: 'worker',
        provider: 'codex',
        task_name: id,
        working_dir: '.',
        permission_mode: 'ask',
      },
    },
    {
      thread: id,
      change: {
        type: 'turn.queued',
        turn_id: 't',
        origin: 'person',
        prompt: { text: 'go' },
        message_id: 'm',
      },
    },
  ]);
  return id;
}

/** A proved connection that sends what it is told to and reads only when it is told to. */
export async function openRaw(t: TestContext, endpoint: string) {
  const socket = connectSocket(endpoint);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  let text = '';
  const onData = (chunk: Buffer) => {
    text += chunk.toString('latin1');
  };
  socket.on('data', onData);
  let lastId = 0;
  const send = (method: string, params: unknown): number => {
    lastId += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params });
    socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return lastId;
  };
  const prove = async () => {
    const nonce = makeNonce();
    send('challenge', { nonce, client: { kind: 'cli', pid: process.pid, version: '0' } });
    const host = await waitFor('the nonce', () => /"nonce":"([0-9a-f]+)"/.exec(text)?.[1]);
    send('prove', { proof: proofOf(key, 'client', { client: nonce, host }) });
    await waitFor('the answer to the proof', () => text.includes('"caller"'));
  };
  return { socket, send, prove, received: () => text };
}
