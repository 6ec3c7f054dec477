import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { ToolEndpoint } from '../../src/contracts/toolEndpoint.ts';

export interface ToolServer extends ToolEndpoint {
  /** The calls that came, with their arguments. */
  readonly calls: { readonly tool: string; readonly args: unknown }[];
  /** The `Authorization` header of each request. */
  readonly bearers: IncomingHttpHeaders['authorization'][];
  /** The first call has come. */
  readonly called: Promise<void>;
  /** The first request has come. */
  readonly reached: Promise<void>;
  stop(): Promise<void>;
}

const progressMs = 4_000;

/** An MCP server as the host's, with two tools: `note` answers at once, `slow` tells its progress while it works. */
export async function startToolServer(t: TestContext): Promise<ToolServer> {
  const token = `token-${crypto.randomUUID()}`;
  const calls: ToolServer['calls'] = [];
  const bearers: ToolServer['bearers'] = [];
  const reached = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  const record = (tool: string, args: unknown) => {
    calls.push({ tool, args });
    called.resolve();
  };
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'agentdock', version: '1' });
    const note = { description: 'Takes a note.', inputSchema: z.object({ text: z.string() }) };
    server.registerTool('note', note, ({ text }) => {
      record('note', { text });
      return { content: [{ type: 'text', text: `noted: ${text}` }] };
    });
    const slow = { description: 'Works for a while.', inputSchema: z.object({ ms: z.number() }) };
    server.registerTool('slow', slow, async ({ ms }, { mcpReq }) => {
      record('slow', { ms });
      const { progressToken } = mcpReq._meta ?? {};
      for (let done = 0; done < ms; done += progressMs) {
        await pause(Math.min(progressMs, ms - done), undefined, { signal: mcpReq.signal });
        if (progressToken === undefined) continue;
        const params = { progressToken, progress: Math.min(done + progressMs, ms), total: ms };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return { content: [{ type: 'text', text: `worked for ${ms} ms` }] };
    });
    return server;
  });
  const serve = toNodeHandler(handler);
  const server = createServer((request, response) => {
    bearers.push(request.headers.authorization);
    reached.resolve();
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    const { method = '', url = '', headers } = request;
    void serve(Object.assign(request, { method, url, headers }), response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
  t.after(stop);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    token,
    calls,
    bearers,
    called: called.promise,
    reached: reached.promise,
    stop,
  };
}
