import { randomUUID } from 'node:crypto';
import { type JSONRPCResponse, ProtocolErrorCode } from '@modelcontextprotocol/client';
import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import { type ToolEndpoint, toolServerName } from '../../contracts/toolEndpoint.ts';
import type { ControlRequest, ControlResponse } from './messages.ts';
import { controlRequest, mcpResponse } from './outgoing.ts';
import { ownCallHooks } from './subAgents.ts';
import { ToolPipe } from './toolPipe.ts';
import { toolPrefix } from './toolPrefix.ts';

const checkMs = 10_000;
const toolListSchema = z.looseObject({
  tools: z.array(z.looseObject({ name: z.string(), _meta: z.looseObject({}).optional() })),
});
const askedSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).default(0),
  method: z.string(),
});
const openingMethods: ReadonlySet<string> = new Set([
  'initialize',
  'notifications/initialized',
  'tools/list',
]);

/**
 * AgentDock's tools in one turn. The CLI gets them over its own pipe, as a server of the program that runs it: so the
 * token is in no file, argument or environment that the agent or its shell could read, and no configuration of
 * anybody's can put another server in its place.
 */
export class AgentTools {
  readonly #pipe: ToolPipe;
  readonly #send: (message: object) => void;
  readonly #initializing = randomUUID();
  readonly #initialized = Promise.withResolvers<void>();

  constructor(endpoint: ToolEndpoint, send: (message: object) => void) {
    this.#send = send;
    this.#pipe = new ToolPipe(endpoint, message =>
      send(controlRequest({ subtype: 'mcp_message', server_name: toolServerName, message })),
    );
    this.#initialized.promise.catch(() => undefined);
  }

  /** Before anything starts: whether the endpoint has tools for this turn. */
  async check(): Promise<void> {
    const list = this.#pipe.carry({ jsonrpc: '2.0', id: 'check', method: 'tools/list' });
    const late = AbortSignal.timeout(checkMs);
    const isLate = new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => reject(new Error('It did not answer in ten seconds.')));
    });
    const answer = await Promise.race([list, isLate]).catch((error: unknown) => {
      throw unreachable(error);
    });
    const tools = toolListSchema.safeParse('result' in answer ? answer.result : undefined);
    if (!tools.success || tools.data.tools.length === 0) throw unreachable(new Error('It lists no tools.'));
  }

  /** Names the server to the CLI, which opens it when the first message comes. */
  async announce(): Promise<void> {
    const opening = { subtype: 'initialize', sdkMcpServers: [toolServerName], hooks: ownCallHooks };
    this.#send(controlRequest(opening, this.#initializing));
    await this.#initialized.promise;
  }

  answered({ response }: ControlResponse): void {
    if (response.request_id !== this.#initializing) return;
    if (response.subtype === 'success') this.#initialized.resolve();
    else this.#initialized.reject(notLoaded(`Claude Code said: ${response.error ?? response.subtype}`));
  }

  /**
   * One message of the CLI to the server. While it opens the server a failure is the turn's: left without an answer
   * the CLI asks no model. The model hears of a call that fails.
   */
  async carry({ request_id: id, request }: ControlRequest): Promise<void> {
    const asked = askedSchema.safeParse(request.message);
    const answer = await this.#pipe.carry(request.message).catch((error: unknown): JSONRPCResponse => {
      if (asked.success && openingMethods.has(asked.data.method)) throw unreachable(error);
      return failedCall(asked.data?.id ?? 0, error);
    });
    this.#send(mcpResponse(id, alwaysLoaded(answer)));
  }

  /** Whether the first event of a turn, which names what the model will get, lacks them. */
  isMissing(offered: readonly string[] | undefined): boolean {
    return offered?.some(name => name.startsWith(toolPrefix)) !== true;
  }

  close(): Promise<void> {
    return this.#pipe.close();
  }
}

/** Else the CLI keeps them back until the model searches for them, where its tool search is on. */
function alwaysLoaded(answer: JSONRPCResponse): JSONRPCResponse {
  const list = 'result' in answer ? toolListSchema.safeParse(answer.result) : undefined;
  if (list?.success !== true) return answer;
  const tools = list.data.tools.map(tool => ({
    ...tool,
    _meta: { ...tool._meta, 'anthropic/alwaysLoad': true },
  }));
  return { jsonrpc: '2.0', id: answer.id ?? 0, result: { ...list.data, tools } };
}

function failedCall(id: string | number, error: unknown): JSONRPCResponse {
  const message = `AgentDock did not answer: ${reasonOf(error)}`;
  return { jsonrpc: '2.0', id, error: { code: ProtocolErrorCode.InternalError, message } };
}

function unreachable(cause: unknown): DockError {
  return new DockError('tools_unavailable', `AgentDock's tool endpoint did not answer: ${reasonOf(cause)}`, {
    hint: 'Resume the thread. If it fails again, look into the log of the host and restart it.',
    cause,
  });
}

/** The CLI keeps them from the model. */
export function missingTools(): DockError {
  return notLoaded('Its settings, or a policy of an administrator, keep them from the model.');
}

function notLoaded(reason: string): DockError {
  return new DockError('tools_unavailable', `Claude Code did not load AgentDock's tools. ${reason}`, {
    hint: `Look for a rule that denies \`${toolPrefix}*\` in your Claude Code settings, and update Claude Code.`,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
