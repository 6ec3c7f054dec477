import * as z from 'zod';

/**
 * The MCP endpoint of the host, for whom its token names: one turn of one thread, which a provider that cannot load it
 * fails, or the agents of one window.
 */
export const toolEndpointSchema = z.object({
  /** Loopback, Streamable HTTP. */
  url: z.string(),
  /** Goes as `Authorization: Bearer`; good until the turn ends. Never in an argument, an environment or a log. */
  token: z.string(),
});
export type ToolEndpoint = Readonly<z.infer<typeof toolEndpointSchema>>;

/** The name of the MCP server, as the agent sees it before the name of each tool. */
export const toolServerName = 'agentdock';
