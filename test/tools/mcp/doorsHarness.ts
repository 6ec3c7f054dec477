import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { EffectiveSettings } from '../../../src/contracts/settings.ts';
import type { ToolEndpoint } from '../../../src/contracts/toolEndpoint.ts';
import { openToolDoors, type ToolDoorsOptions } from '../../../src/tools/mcp/toolDoors.ts';
import type { ServedTools } from '../../../src/tools/mcp/toolServer.ts';
import { makeToolHarness, prepare, startedBy } from '../toolHarness.ts';

export interface DoorsOptions extends Partial<ToolDoorsOptions> {
  readonly besides?: ServedTools['besides'];
  /** Called when a request has come in and is being worked on. */
  readonly onServe?: () => void;
  readonly settings?: Partial<EffectiveSettings>;
}

/** The endpoint over real tools and a real store. `log` holds what it logged. */
export async function makeDoors(
  t: TestContext,
  { besides, onServe, settings, ...options }: DoorsOptions = {},
) {
  const harness = await makeToolHarness(t, settings);
  const log: string[] = [];
  const served = {
    host: harness.host,
    get besides() {
      onServe?.();
      return besides ?? { takeForReply: async () => undefined };
    },
  };
  const doors = await openToolDoors(() => served, {
    log: line => void log.push(line),
    ...options,
  });
  t.after(() => doors.close());
  /** A thread in its turn. */
  const spawn = async (args: object = {}) => {
    const started = await startedBy(
      harness.call('spawn_thread', { task_name: 'a', provider: 'codex', prompt: 'go', ...args }),
    );
    await prepare(harness.store, started);
    return started;
  };
  return { ...harness, doors, spawn, log };
}

/** The SDK's own client, as an agent CLI has one. */
export async function enter(
  t: TestContext,
  { url, token }: ToolEndpoint,
  options: ClientOptions = {},
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, options);
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  t.after(() => client.close());
  return client;
}

/** The blocks of a reply: the first as JSON, the others as text. */
export function blocksOf(reply: Awaited<ReturnType<Client['callTool']>>): { first: unknown; more: string[] } {
  const texts = reply.content.map(block => (block.type === 'text' ? block.text : block.type));
  return { first: JSON.parse(texts[0] ?? ''), more: texts.slice(1) };
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Bytes as no well-behaved client sends them. Sends the token unless `headers` has another `authorization`. */
export async function raw(
  { url, token }: ToolEndpoint,
  { method = 'POST', path, headers, body = '', signal }: RawRequest,
): Promise<RawReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const sent = httpRequest(
    path === undefined ? url : new URL(path, url),
    {
      method,
      headers: { ...plainHeaders, authorization: `Bearer ${token}`, ...headers },
      agent: false,
      signal,
    },
    response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
      response.on('error', reject);
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return await promise;
}

const plainHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export function callBody(name: string, args: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
}
