/** The MCP endpoint of the host, for one turn of one thread. A provider that cannot load it fails the turn. */
export interface ToolEndpoint {
  /** Loopback, Streamable HTTP. */
  readonly url: string;
  /** Goes as `Authorization: Bearer`; good until the turn ends. Never in an argument, an environment or a log. */
  readonly token: string;
}

/** The name of the MCP server, as the agent sees it before the name of each tool. */
export const toolServerName = 'agentdock';
