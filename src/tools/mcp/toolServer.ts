import { McpServer } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { DockError, toToolError } from '../../contracts/errors.ts';
import type { ThreadId } from '../../contracts/ids.ts';
import { toolServerName } from '../../contracts/toolEndpoint.ts';
import { toolSchemas } from '../../contracts/tools.ts';
import { version } from '../../core/version.ts';
import { callTool } from '../callTool.ts';
import type { ToolHost } from '../toolContext.ts';
import { toolsOf } from './offeredTools.ts';

/** What the endpoint serves. */
export interface ServedTools {
  readonly host: ToolHost;
  /** What is said to the agent besides the reply to its call, and that its last one has arrived. */
  readonly besides: {
    takeForReply(thread: ThreadId): Promise<string | undefined>;
    repliesArrived(thread: ThreadId): Promise<void>;
  };
}

/** An MCP server for one request of one thread's agent, with the tools of its role. */
export function makeToolServer(thread: ThreadId, { host, besides }: ServedTools): McpServer {
  const role = host.store.get(thread)?.role;
  if (role === undefined) throw new DockError('unauthorized', 'The thread of this token is gone.');
  const server = new McpServer({ name: toolServerName, version });
  for (const { name, description } of toolsOf(role)) {
    const inputSchema: z.ZodType = toolSchemas[name].input;
    server.registerTool(name, { description, inputSchema }, async (args: unknown, context) => {
      await besides.repliesArrived(thread);
      const caller = {
        kind: 'agent',
        place: 'thread',
        thread,
        why: 'its token belongs to a thread',
      } as const;
      const reply = await callTool(name, args, { ...host, caller, signal: context.mcpReq.signal });
      const more = await besides.takeForReply(thread).catch((error: unknown) => {
        throw new Error(toToolError(error).message);
      });
      return {
        content: [
          JSON.stringify(reply.ok ? reply.result : reply.error),
          ...(more === undefined ? [] : [more]),
        ].map(text => ({ type: 'text' as const, text })),
        isError: !reply.ok,
      };
    });
  }
  return server;
}
