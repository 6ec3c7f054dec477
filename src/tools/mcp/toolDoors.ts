import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { ThreadId } from '../../contracts/ids.ts';
import type { ToolEndpoint } from '../../contracts/toolEndpoint.ts';
import { type CrowdLimits, createCrowd } from './crowd.ts';
import { endpointPath, largestBody, passGate } from './gate.ts';
import { makeOutsideServer, outside } from './outsideServer.ts';
import { refuse } from './refuse.ts';
import { makeToolServer, type ServedTools } from './toolServer.ts';

/** Where the running turns find AgentDock's tools: one HTTP endpoint on loopback, one token for each turn. */
export interface ToolDoors {
  /** For one turn of the thread; good until it is shut. */
  open(thread: ThreadId): ToolEndpoint;
  /** For an agent that is no thread of ours; good until it is shut. */
  openOutside(): ToolEndpoint;
  /** Resolves once a request of its holder has come through; never for a door that is shut before. */
  reached(endpoint: ToolEndpoint): Promise<void>;
  /** Also ends the calls that are still under way there. */
  shut(endpoint: ToolEndpoint): void;
  close(): Promise<void>;
}

export interface ToolDoorsOptions extends CrowdLimits {
  /** A client that asks for progress hears of a long call this often. */
  readonly progressMs: number;
  readonly log: (line: string) => void;
}

const defaults: ToolDoorsOptions = {
  perToken: 32,
  inAll: 256,
  progressMs: 10_000,
  log: () => undefined,
};

/** Longer than any client keeps a connection that it does not use: none finds it closed just when it sends. */
const keepAliveMs = 10 * 60_000;
const connectionLimit = 1024;
const farFuture = Number.MAX_SAFE_INTEGER;

export async function openToolDoors(
  tools: () => Pick<ServedTools, 'host' | 'besides'>,
  given: Partial<ToolDoorsOptions> = {},
): Promise<ToolDoors> {
  const options = { ...defaults, ...given };
  const { progressMs, log } = options;
  /** By the hash of the token: comparing tells nothing of its beginning. */
  const holders = new Map<string, ThreadId | typeof outside>();
  /** Of each token: the first request that comes with it. */
  const arrivals = new Map<string, PromiseWithResolvers<void>>();
  const crowd = createCrowd(options);
  // Whatever the library has to say of a request may hold a piece of it: nothing of that goes to the log.
  const makeServer = (holder: string) => {
    const served = { ...tools(), progressMs, log };
    return holder === outside ? makeOutsideServer(served) : makeToolServer(holder, served);
  };
  const handler = createMcpHandler(({ authInfo }) => makeServer(authInfo?.clientId ?? ''), {
    maxRequestBodySize: largestBody,
  });
  const serve = toNodeHandler(handler, { maxRequestBodySize: largestBody });

  const isGood = (token: string) => {
    const holder = holders.get(hashOf(token));
    return holder === outside || (holder !== undefined && tools().host.store.get(holder) !== undefined);
  };
  const server = createServer((request, response) => {
    const token = passGate(request, { port, isGood });
    if (typeof token !== 'string') return refuse(response, token);
    const key = hashOf(token);
    const refusal = crowd.enter(key, response);
    if (refusal !== undefined) return refuse(response, refusal);
    arrivals.get(key)?.resolve();
    const auth = { token: '', clientId: holders.get(key) ?? '', scopes: [], expiresAt: farFuture };
    // Node's type has `undefined` where the library's has nothing.
    const { method = '', url = '', headers } = request;
    void serve(Object.assign(request, { method, url, headers, auth }), response);
  });
  server.keepAliveTimeout = keepAliveMs;
  server.maxConnections = connectionLimit;
  const port = await listenOnLoopback(server);

  const open = (holder: ThreadId | typeof outside) => {
    const token = randomBytes(32).toString('base64url');
    holders.set(hashOf(token), holder);
    arrivals.set(hashOf(token), Promise.withResolvers());
    return { url: `http://127.0.0.1:${port}${endpointPath}`, token };
  };
  return {
    open,
    openOutside: () => open(outside),
    reached: ({ token }) => arrivals.get(hashOf(token))?.promise ?? new Promise(() => undefined),
    shut: ({ token }) => {
      holders.delete(hashOf(token));
      arrivals.delete(hashOf(token));
      crowd.sendAway(hashOf(token));
    },
    close: async () => {
      holders.clear();
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Neither the server nor a connection of an agent keeps the host's process alive. */
async function listenOnLoopback(
  server: Server<typeof IncomingMessage, typeof ServerResponse>,
): Promise<number> {
  server.on('connection', socket => void socket.unref());
  await new Promise<void>((resolve, reject) => {
    // Stays: an error later on must not end the host.
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  return (server.address() as AddressInfo).port;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
