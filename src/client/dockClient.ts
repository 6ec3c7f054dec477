import type { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { NotificationParams, RequestParams, RequestResult } from '../contracts/rpc.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import type { ToolArgs, ToolName, ToolOutput, ToolReply } from '../contracts/tools.ts';

export type Unsubscribe = () => void;

/**
 * Whether the client has a host. `offline` says why and stays until `retry`; only where somebody else stopped the host
 * the next call starts one, and a host that somebody started is found.
 */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'connected';
      readonly caller: 'person' | 'agent';
      /** Of a host of another version of AgentDock. */
      readonly hostVersion?: string;
    }
  | { readonly kind: 'offline'; readonly error: DockError };

/** What the host says is wrong with the state. */
export type Trouble = NotificationParams<'trouble'>;

export type ScreenPart = NotificationParams<'screen'>;

export type TranscriptBatch = NotificationParams<'transcript'>;

/**
 * A program's view of one workspace folder's host. Connects in the background, starts the host when it may,
 * and comes back by itself after the host or the connection ended; what it missed arrives in order.
 */
export interface DockClient {
  readonly state: ConnectionState;
  readonly threads: ReadonlyMap<ThreadId, Thread>;
  /** Turns that may run at once; 0 before the first connection. */
  readonly capacity: number;
  /** Undefined while the host says that all is well, or nothing. */
  readonly trouble: Trouble | undefined;
  onDidChangeTrouble(listener: (trouble: Trouble | undefined) => void): Unsubscribe;
  onDidChangeState(listener: (state: ConnectionState) => void): Unsubscribe;
  /** The threads that changed; all of them after a snapshot. */
  onDidChangeThreads(listener: (changed: readonly Thread[], snapshot: boolean) => void): Unsubscribe;
  /** Waits for a connection. Rejects with a `DockError`. */
  call<Name extends ToolName>(tool: Name, args: ToolArgs<Name>): Promise<ToolOutput<Name>>;
  /**
   * The same for an agent that asks this program: with an agent's rights, whoever the program is. Rejects with a
   * `DockError` when the host cannot be asked, or with `cancelled` once the signal aborts.
   */
  callAsAgent(tool: ToolName, args: unknown, signal: AbortSignal): Promise<ToolReply>;
  /** Takes back what the person allowed for the whole thread, these rules or all; tells those that it had. */
  forgetRules(params: RequestParams<'forget_rules'>): Promise<RequestResult<'forget_rules'>>;
  /** Where such an agent finds the tools over MCP; good while this connection lasts. */
  toolEndpoint(): Promise<ToolEndpoint>;
  /** Replays the transcript from its beginning, then follows it, also over reconnects, until unsubscribed. */
  follow(thread: ThreadId, listener: (batch: TranscriptBatch) => void): Unsubscribe;
  /**
   * Shows the thread's own terminal as it is now, then follows it until unsubscribed, also over reconnects. Nothing comes
   * while none is open.
   */
  watchScreen(thread: ThreadId, listener: (part: ScreenPart) => void): Unsubscribe;
  write(thread: ThreadId, data: string): void;
  resize(thread: ThreadId, columns: number, rows: number): void;
  status(): Promise<RequestResult<'status'>>;
  /** False: it stops once nothing runs. The client then stays offline until `retry`. */
  stop(options?: { readonly whenIdle?: boolean }): Promise<boolean>;
  /** Tries again now after `offline`. */
  retry(): void;
  dispose(): void;
}
