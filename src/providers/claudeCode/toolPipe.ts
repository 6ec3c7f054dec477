import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type JSONRPCResponse,
  parseJSONRPCMessage,
  type RequestId,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import * as z from 'zod';
import type { ToolEndpoint } from '../../contracts/toolEndpoint.ts';

interface Exchange {
  /** The id in the message as it came. */
  readonly theirs: RequestId;
  readonly answer: PromiseWithResolvers<JSONRPCResponse>;
  readonly stop: AbortController;
}

const initializedSchema = z.looseObject({ protocolVersion: z.string() });
const cancelledSchema = z.object({ requestId: z.union([z.string(), z.number()]) });
/** What the CLI expects in return for a message that has no answer. */
const nothing: JSONRPCResponse = { jsonrpc: '2.0', id: 0, result: {} };

/** Carries MCP messages to the endpoint and back as they are. The token is known here alone. */
export class ToolPipe {
  readonly #transport: StreamableHTTPClientTransport;
  readonly #exchanges = new Map<number, Exchange>();
  #started: Promise<void> | undefined;
  #next = 0;

  /** `tell` gets what the endpoint says besides its answers, such as progress. */
  constructor({ url, token }: ToolEndpoint, tell: (message: JSONRPCMessage) => void) {
    this.#transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    });
    this.#transport.onmessage = message => {
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
        this.#exchanges.get(Number(message.id))?.answer.resolve(message);
      } else {
        tell(message);
      }
    };
  }

  /** The endpoint's answer to one message. Rejects where the endpoint does not answer. */
  async carry(raw: unknown): Promise<JSONRPCResponse> {
    this.#started ??= this.#transport.start();
    await this.#started;
    const message = parseJSONRPCMessage(raw);
    if (isJSONRPCRequest(message)) return await this.#ask(message);
    if ('method' in message && message.method === 'notifications/cancelled') this.#cancel(message.params);
    else await this.#transport.send(message);
    return nothing;
  }

  async close(): Promise<void> {
    for (const { answer } of this.#exchanges.values()) answer.reject(new Error('The turn has ended.'));
    await this.#transport.close();
  }

  /** Under an id of our own: the CLI may open the same server twice, with the same numbers. */
  async #ask(request: JSONRPCRequest): Promise<JSONRPCResponse> {
    const id = ++this.#next;
    const answer = Promise.withResolvers<JSONRPCResponse>();
    const stop = new AbortController();
    this.#exchanges.set(id, { theirs: request.id, answer, stop });
    this.#transport
      .send(
        { ...request, id },
        {
          requestSignal: stop.signal,
          onRequestStreamEnd: () => answer.reject(new Error('The endpoint ended its answer halfway.')),
        },
      )
      .catch(answer.reject);
    try {
      const response = await answer.promise;
      if (request.method === 'initialize') this.#agree(response);
      return { ...response, id: request.id };
    } finally {
      this.#exchanges.delete(id);
    }
  }

  #agree(response: JSONRPCResponse): void {
    const agreed = initializedSchema.safeParse('result' in response ? response.result : undefined);
    if (agreed.success) this.#transport.setProtocolVersion(agreed.data.protocolVersion);
  }

  /** Over HTTP a call is cancelled by leaving it. */
  #cancel(params: unknown): void {
    const cancelled = cancelledSchema.safeParse(params);
    for (const { theirs, answer, stop } of this.#exchanges.values()) {
      if (!cancelled.success || theirs !== cancelled.data.requestId) continue;
      stop.abort();
      answer.reject(new Error('The call was cancelled.'));
    }
  }
}
