import { DockError } from '../../contracts/errors.ts';
import { type ToolEndpoint, toolServerName } from '../../contracts/toolEndpoint.ts';
import { RpcError } from './connection.ts';

/** AgentDock's tools as one more MCP server of a session: only in the call that opens it, in no file and no environment. */
interface ToolServer {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Codex shows a model the tools of such a server only once it has looked for them. */
  readonly hint: string;
}

const startupLimitS = 30;
/** More than the longest call takes: `wait_threads` answers within 45 s. */
const callLimitS = 120;

/**
 * `taken`: names of other servers in force. Codex merges what it reads under one name, so that a server of the person's
 * or a repository's with ours would lend us its program or its tools: ours gets the next free name then.
 */
export function toolServer({ url, token }: ToolEndpoint, taken: ReadonlySet<string>): ToolServer {
  const name = freeName(taken);
  return {
    name,
    config: {
      url,
      http_headers: { Authorization: `Bearer ${token}` },
      enabled: true,
      // Else a session starts without the tools when they do not answer.
      required: true,
      default_tools_approval_mode: 'approve',
      startup_timeout_sec: startupLimitS,
      tool_timeout_sec: callLimitS,
    },
    hint: `AgentDock’s tools are those of the MCP server \`${name}\` (namespace \`mcp__${name}\`). One that you do not see yet you find with \`tool_search\`, or, where you run your tools from a script, as \`tools.mcp__${name}__NAME\` (\`ALL_TOOLS\` lists them).`,
  };
}

function freeName(taken: ReadonlySet<string>): string {
  let name = toolServerName;
  for (let number = 2; taken.has(name); number += 1) name = `${toolServerName}${number}`;
  return name;
}

/** What the server says when a required MCP server did not start. */
const notLoaded = /required MCP servers failed to initialize: (.*)$/s;
/** The end of a chain of internal names. */
const reason = /(unexpected server response: .*?|Client error: .*?)(?:, when send |$)/s;
const longestReason = 300;

/** The same error, or the one that says that the tools are what is missing. */
export function explainNotLoaded(error: unknown, { name }: ToolServer): unknown {
  const why = error instanceof RpcError ? notLoaded.exec(error.message)?.[1] : undefined;
  if (why === undefined || !new RegExp(`(^|[\\s;,])${name}: `).test(why)) return error;
  const short = (reason.exec(why)?.[1] ?? why).slice(0, longestReason);
  const message = `Codex could not load AgentDock’s tools, so the prompt was not sent: ${short}`;
  return new DockError('tools_unavailable', message, {
    hint: 'Resume the thread to try again. If it stays so, look for what keeps Codex from 127.0.0.1, such as a firewall.',
    cause: error,
  });
}
