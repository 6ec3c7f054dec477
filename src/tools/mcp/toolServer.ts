import {
  type CallToolResult,
  McpServer,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { DockError, toToolError } from '../../contracts/errors.ts';
import type { ThreadId } from '../../contracts/ids.ts';
import { toolServerName } from '../../contracts/toolEndpoint.ts';
import type { ToolName, ToolReply } from '../../contracts/tools.ts';
import { version } from '../../core/version.ts';
import { callTool } from '../callTool.ts';
import type { ToolHost } from '../toolContext.ts';
import { withCallKey } from './callKey.ts';
import { inputSchemaOf } from './inputSchemas.ts';
import { toolsOf } from './offeredTools.ts';
import { serverInstructions } from './serverInstructions.ts';
import { tellProgress } from './tellProgress.ts';

/** What the endpoint serves. */
export interface ServedTools {
  readonly host: ToolHost;
  /** What is said to the agent besides the reply to its call. */
  readonly besides: {
    takeForReply(thread: ThreadId, signal: AbortSignal): Promise<string | undefined>;
  };
  readonly progressMs: number;
  readonly log: (line: string) => void;
}

/** An MCP server for one request of one thread's agent, with the tools of its role. */
export function makeToolServer(thread: ThreadId, served: ServedTools): McpServer {
  const role = served.host.store.get(thread)?.role;
  if (role === undefined) throw new DockError('unauthorized', 'The thread of this token is gone.');
  const wake = served.host.settings.wake_master;
  const instructions = serverInstructions(role, wake);
  const server = new McpServer({ name: toolServerName, version }, { instructions });
  for (const { name, description, annotations } of toolsOf(role, wake)) {
    server.registerTool(name, { description, inputSchema: unchecked(name), annotations }, (args, context) =>
      answer({ thread, name, args, served }, context),
    );
  }
  return server;
}

interface Call {
  readonly thread: ThreadId;
  readonly name: ToolName;
  readonly args: unknown;
  readonly served: ServedTools;
}

/** What happened is never lost over what was to be said besides: that waits for the next reply. */
async function answer(call: Call, { mcpReq }: ServerContext): Promise<CallToolResult> {
  const { thread, name, served } = call;
  const { host, besides, log } = served;
  const failed = (error: unknown): undefined => {
    log(`the messages of ${thread}, with a reply: ${toToolError(error).message}`);
  };
  const stopTelling = tellProgress(mcpReq, served.progressMs);
  try {
    const args = withCallKey({
      thread,
      tool: name,
      args: call.args,
      turnId: host.store.get(thread)?.turn?.id,
      meta: mcpReq._meta,
    });
    const why = 'its token belongs to a thread';
    const caller = { kind: 'agent', place: 'thread', thread, why } as const;
    const reply = await callTool(name, args, { ...host, caller, signal: mcpReq.signal });
    return toResult(reply, await besides.takeForReply(thread, mcpReq.signal).catch(failed));
  } finally {
    stopTelling();
  }
}

/** Our error stands in the text as the result does; `more` is a text of its own behind it. */
export function toResult(reply: ToolReply, more?: string): CallToolResult {
  const texts = [
    JSON.stringify(reply.ok ? reply.result : reply.error),
    ...(more === undefined ? [] : [more]),
  ];
  return { content: texts.map(text => ({ type: 'text', text })), isError: !reply.ok };
}

/** Tells the schema and lets everything pass: the handlers parse, and refuse in the words of every other way in. */
export function unchecked(name: ToolName): StandardSchemaWithJSON {
  const toJson = () => inputSchemaOf(name) as Record<string, unknown>;
  return {
    '~standard': {
      version: 1,
      vendor: toolServerName,
      validate: value => ({ value }),
      jsonSchema: { input: toJson, output: toJson },
    },
  };
}
