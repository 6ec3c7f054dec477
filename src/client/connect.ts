import { fromToolError, toolErrorSchema, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { RequestName, RequestParams, RequestResult } from '../contracts/rpc.ts';
import type { Thread } from '../contracts/thread.ts';
import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import type { ToolArgs, ToolName, ToolOutput, ToolReply } from '../contracts/tools.ts';
import { agentCall } from './agentCall.ts';
import type { ConnectOptions } from './connectOptions.ts';
import type {
  ConnectionState,
  DockClient,
  ScreenPart,
  TranscriptBatch,
  Trouble,
  Unsubscribe,
} from './dockClient.ts';
import { HostFeeds } from './hostFeeds.ts';
import { HostLink } from './hostLink.ts';
import { untilAborted } from './untilAborted.ts';

export function connect(options: ConnectOptions): DockClient {
  return new HostClient(options);
}

/** What a program asks of the host goes over the link; what the host tells by itself comes in by the feeds. */
class HostClient implements DockClient {
  readonly #log: ConnectOptions['log'];
  readonly #link: HostLink;
  readonly #feeds: HostFeeds;

  constructor(options: ConnectOptions) {
    this.#log = options.log;
    const onError = (error: unknown) => options.log?.(`a listener failed: ${toToolError(error).message}`);
    this.#feeds = new HostFeeds({ tell: (name, params) => this.#tell(name, params), onError });
    this.#link = new HostLink({
      ...options,
      greet: rpc => this.#feeds.greet(rpc),
      resume: () => this.#feeds.resume(),
      onError,
    });
  }

  get state(): ConnectionState {
    return this.#link.state;
  }

  get threads(): ReadonlyMap<ThreadId, Thread> {
    return this.#feeds.fleet.threads;
  }

  get capacity(): number {
    return this.#feeds.fleet.capacity();
  }

  get trouble(): Trouble | undefined {
    return this.#feeds.trouble;
  }

  onDidChangeState(listener: (state: ConnectionState) => void): Unsubscribe {
    return this.#link.onDidChangeState(listener);
  }

  onDidChangeThreads(listener: (changed: readonly Thread[], snapshot: boolean) => void): Unsubscribe {
    return this.#feeds.fleet.onDidChange(listener);
  }

  onDidChangeTrouble(listener: (trouble: Trouble | undefined) => void): Unsubscribe {
    return this.#feeds.onDidChangeTrouble(listener);
  }

  async call<Name extends ToolName>(tool: Name, args: ToolArgs<Name>): Promise<ToolOutput<Name>> {
    const reply = await this.#request('call', { tool, args });
    if (!reply.ok) throw fromToolError(toolErrorSchema.parse(reply.error));
    return reply.result as ToolOutput<Name>;
  }

  callAsAgent(tool: ToolName, args: unknown, signal: AbortSignal): Promise<ToolReply> {
    const connected = () => this.#link.connected();
    const make = (sent: unknown) => this.#request('agent_call', { tool, args: sent }, signal);
    return untilAborted(agentCall(tool, args, { connected, make }), signal);
  }

  forgetRules(params: RequestParams<'forget_rules'>): Promise<RequestResult<'forget_rules'>> {
    return this.#request('forget_rules', params);
  }

  toolEndpoint(): Promise<ToolEndpoint> {
    return this.#request('tool_endpoint', {});
  }

  status(): Promise<RequestResult<'status'>> {
    return this.#request('status', {});
  }

  follow(thread: ThreadId, listener: (batch: TranscriptBatch) => void): Unsubscribe {
    return this.#feeds.transcripts.follow(thread, listener);
  }

  watchScreen(thread: ThreadId, listener: (part: ScreenPart) => void): Unsubscribe {
    return this.#feeds.screens.watch(thread, listener);
  }

  write(thread: ThreadId, data: string): void {
    this.#tell('write', { thread, data });
  }

  resize(thread: ThreadId, columns: number, rows: number): void {
    this.#tell('resize', { thread, columns, rows });
  }

  stop({ whenIdle = false }: { readonly whenIdle?: boolean } = {}): Promise<boolean> {
    return this.#link.stop(whenIdle);
  }

  retry(): void {
    this.#link.retry();
  }

  dispose(): void {
    this.#link.dispose();
    this.#feeds.dispose();
  }

  /** Waits for a connection. */
  async #request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal?: AbortSignal,
  ): Promise<RequestResult<Name>> {
    const rpc = await this.#link.connected();
    signal?.throwIfAborted();
    if (rpc.mismatch !== undefined && name !== 'status') throw rpc.mismatch;
    return rpc.request(name, params, signal);
  }

  /** Fire and forget: a key that does not arrive is not worth an error. */
  #tell<Name extends RequestName>(name: Name, params: RequestParams<Name>): void {
    this.#link.rpc
      ?.request(name, params)
      .catch(error => this.#log?.(`${name}: ${toToolError(error).message}`));
  }
}
