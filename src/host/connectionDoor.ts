import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import type { ToolDoors } from '../tools/mcp/toolDoors.ts';

/** One connection's door to the tools over MCP: opened when first asked for, shut with the connection. */
export interface ConnectionDoor {
  open(): ToolEndpoint;
  close(): void;
}

export function createConnectionDoor(doors: Pick<ToolDoors, 'openOutside' | 'shut'>): ConnectionDoor {
  let endpoint: ToolEndpoint | undefined;
  return {
    open: () => {
      endpoint ??= doors.openOutside();
      return endpoint;
    },
    close: () => {
      if (endpoint !== undefined) doors.shut(endpoint);
      endpoint = undefined;
    },
  };
}
