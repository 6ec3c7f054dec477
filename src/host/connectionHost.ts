import type { ThreadId } from '../contracts/ids.ts';
import type { RequestResult } from '../contracts/rpc.ts';
import type { Nonces } from '../core/proof.ts';
import type { NativeTerminal } from '../providers/driver.ts';
import type { ToolDoors } from '../tools/mcp/toolDoors.ts';
import type { Caller, ToolHost } from '../tools/toolContext.ts';
import type { ChangeLog } from './fleetFeed.ts';
import type { Introduction } from './identifyCaller.ts';
import type { Log } from './log.ts';
import type { Troubles } from './troubles.ts';

/** What the connections of clients need of the host. */
export interface ConnectionHost {
  readonly tools: ToolHost;
  readonly key: string;
  readonly changes: ChangeLog;
  readonly troubles: Pick<Troubles, 'current' | 'onChange'>;
  readonly log: Log;
  /** Doors to the tools over MCP. */
  readonly doors: Pick<ToolDoors, 'openOutside' | 'shut'>;
  identify(introduction: Introduction, nonces: Nonces): Promise<Caller>;
  terminal(thread: ThreadId): NativeTerminal;
  write(thread: ThreadId, data: string): void;
  resize(thread: ThreadId, columns: number, rows: number): void;
  status(): RequestResult<'status'>;
  /** Ends the host, now or when nothing runs any more. True for now. */
  stop(whenIdle: boolean): boolean;
}
