import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl } from './control.ts';
import { endpoints } from './endpoints.ts';
import { type Gates, makeGates } from './gates.ts';
import { type Mind, planResponse } from './plan.ts';
import { play } from './player.ts';
import { readBody } from './readBody.ts';
import { makeRequestLog, type RequestRecord } from './requestLog.ts';
import { findScript } from './script.ts';
import { scriptLoader } from './scriptLoader.ts';

export interface ModelServerOptions {
  readonly port?: number;
  /** A folder of NAME.script files for the step `script NAME`. */
  readonly scripts?: string;
  /** The script of a prompt that holds none, so that a prompt can look like a person's. */
  readonly scriptFor?: (prompt: string) => string | undefined;
  /** Comes before all scripts. */
  readonly mind?: Mind;
  /** Sees every request body as it came: for looking at what a CLI sends. */
  readonly onBody?: (path: string, body: unknown, headers: IncomingMessage['headers']) => void;
}

export interface ModelServer {
  readonly url: string;
  readonly port: number;
  readonly gates: Gates;
  requests(): readonly RequestRecord[];
  /** The first request that matches, now or when it comes or ends. */
  request(matches: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  clearRequests(): void;
  close(): Promise<void>;
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const log = makeRequestLog();
  const gates = makeGates();
  const load = scriptLoader(options.scripts);
  const scriptOf = (prompt: string) => findScript(prompt) ?? options.scriptFor?.(prompt);
  const closing = new AbortController();
  // Each open response listens to it; a server under load has more than the ten that Node warns at.
  setMaxListeners(0, closing.signal);

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { type: 'invalid_request_error', message: String(error) } }));
    });
  });
  // Codex tries a WebSocket first; 426 sends it to plain HTTP.
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = `${request.method} ${pathname}`;
    if (answerControl(route, response, { log, gates })) return;
    const endpoint = endpoints[route];
    if (endpoint === undefined) {
      request.resume();
      response.writeHead(request.method === 'HEAD' ? 200 : 404).end();
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.on('error', () => gone.abort());
    const { text, json } = await readBody(request);
    options.onBody?.(pathname, json, request.headers);
    const conversation = endpoint.read(json, name => headerText(request, name));
    const record = log.add(conversation);
    const player = {
      wire: endpoint.wire(conversation.model),
      gates,
      requestBytes: text.length,
      errorBody: endpoint.errorBody,
    };
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    const plan = planResponse(conversation, load, scriptOf, options.mind);
    log.end(record, await play(plan, response, player, signal));
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    gates,
    requests: () => log.all(),
    request: matches => log.find(matches),
    clearRequests: () => log.clear(),
    close: async () => {
      closing.abort();
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function headerText(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
