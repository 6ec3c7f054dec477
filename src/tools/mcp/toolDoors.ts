import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import {
  createMcpHandler,
  OAuthError,
  OAuthErrorCode,
  requireBearerAuth,
} from '@modelcontextprotocol/server';
import type { ThreadId } from '../../contracts/ids.ts';
import type { ToolEndpoint } from '../../contracts/toolEndpoint.ts';
import { makeToolServer, type ServedTools } from './toolServer.ts';

/** Where the running turns find AgentDock's tools: one HTTP endpoint on loopback, one token for each turn. */
export interface ToolDoors {
  /** For one turn of the thread; good until it is shut. */
  open(thread: ThreadId): ToolEndpoint;
  shut(endpoint: ToolEndpoint): void;
  close(): Promise<void>;
}

const path = '/mcp';
/** Bytes of one request: a prompt of the largest size and its escapes. */
const largestBody = 64 * 1024 * 1024;
const farFuture = Number.MAX_SAFE_INTEGER;

export async function openToolDoors(tools: () => ServedTools): Promise<ToolDoors> {
  /** By the hash of the token: comparing tells nothing of its beginning. */
  const threads = new Map<string, ThreadId>();
  const authenticate = requireBearerAuth({
    verifier: {
      verifyAccessToken: async token => {
        const thread = threads.get(hashOf(token));
        if (thread === undefined)
          throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token opens no door here.');
        return { token: '', clientId: thread, scopes: [], expiresAt: farFuture };
      },
    },
  });
  const handler = createMcpHandler(({ authInfo }) => makeToolServer(authInfo?.clientId ?? '', tools()), {
    maxRequestBodySize: largestBody,
  });
  const serve = toNodeHandler({
    fetch: async request => {
      const authInfo = await authenticate(request);
      return authInfo instanceof Response ? authInfo : await handler.fetch(request, { authInfo });
    },
  });
  const isOurHost = localhostHostValidation();
  const isOurOrigin = localhostOriginValidation();
  const server = createServer((request, response) => {
    if (!isOurHost(request, response) || !isOurOrigin(request, response)) return;
    // Node's type has `undefined` where the library's has nothing.
    const { method = '', url = '', headers } = request;
    void serve(Object.assign(request, { method, url, headers }), response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    open: thread => {
      const token = randomBytes(32).toString('base64url');
      threads.set(hashOf(token), thread);
      return { url: `http://127.0.0.1:${port}${path}`, token };
    },
    shut: ({ token }) => void threads.delete(hashOf(token)),
    close: async () => {
      threads.clear();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
