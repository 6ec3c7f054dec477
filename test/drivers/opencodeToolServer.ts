import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { ToolEndpoint } from '../../src/contracts/toolEndpoint.ts';

export interface ToolCall {
  readonly tool: string;
  readonly args: unknown;
  readonly token: string;
}

/** AgentDock's tool endpoint as a driver sees it: who called what, with which token. */
export async function startToolServer() {
  const calls: ToolCall[] = [];
  const tokens = new Set<string>();
  const makeServer = (token: string): McpServer => {
    const server = new McpServer(
      { name: 'agentdock', version: '1.0.0' },
      { instructions: `Instructions for ${token}.` },
    );
    for (const tool of ['report', 'ask']) {
      server.registerTool(
        tool,
        { description: `The tool ${tool}.`, inputSchema: z.object({ text: z.string() }) },
        args => {
          calls.push({ tool, args, token });
          return { content: [{ type: 'text', text: `${tool} has ${args.text}` }] };
        },
      );
    }
    return server;
  };
  const handler = createMcpHandler(({ authInfo }) => makeServer(authInfo?.token ?? ''));
  const serve = toNodeHandler({
    fetch: async request => {
      const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
      if (!tokens.has(token)) return new Response('no', { status: 401 });
      return await handler.fetch(request, { authInfo: { token, clientId: 'test', scopes: [] } });
    },
  });
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    void serve(Object.assign(request, { method, url, headers }), response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  return {
    url,
    calls,
    /** For one turn. */
    open: (): ToolEndpoint => {
      const token = `token-${randomUUID()}`;
      tokens.add(token);
      return { url, token };
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
