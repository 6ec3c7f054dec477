import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { ToolEndpoint } from '../../src/contracts/toolEndpoint.ts';

interface ToolCallSeen {
  readonly token: string;
  readonly tool: string;
  readonly args: unknown;
}

/** An MCP server of the official SDK with one tool, `report`, that keeps who called it with what. */
export async function startToolServer(t: TestContext) {
  const calls: ToolCallSeen[] = [];
  const tokens = new Set<string>();
  const refused: string[] = [];
  const handler = createMcpHandler(({ authInfo }) => {
    const token = authInfo?.token ?? '';
    const server = new McpServer({ name: 'agentdock', version: '1' });
    const inputSchema = z.object({ summary: z.string() });
    server.registerTool('report', { description: 'Reports a result.', inputSchema }, args => {
      calls.push({ token, tool: 'report', args });
      return { content: [{ type: 'text', text: `noted ${args.summary}` }] };
    });
    return server;
  });
  const serve = toNodeHandler({
    fetch: async request => {
      const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
      if (tokens.has(token)) {
        return handler.fetch(request, { authInfo: { token, clientId: token, scopes: [] } });
      }
      refused.push(token);
      return Response.json({ error: 'invalid_token' }, { status: 401 });
    },
  });
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    void serve(Object.assign(request, { method, url, headers }), response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/mcp`;
  return {
    calls,
    /** Tokens that opened nothing. */
    refused,
    open: (token: string): ToolEndpoint => {
      tokens.add(token);
      return { url, token };
    },
    url,
  };
}
