import { toolServerName } from '../../contracts/toolEndpoint.ts';

/** Our tools, as the CLI names them. */
export const toolPrefix = `mcp__${toolServerName}__`;
