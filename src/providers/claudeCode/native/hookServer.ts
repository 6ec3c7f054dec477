import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson } from '../../../core/parseJson.ts';
import { type HookAnswer, type HookMessage, hookMessageSchema, hookNames } from './hookMessage.ts';

export interface HookServer {
  /** For `hooks` in the settings that one terminal gets. */
  readonly settings: object;
  close(): void;
}

/** `signal`: the CLI does not read the answer any more. */
export type OnHook = (message: HookMessage, signal: AbortSignal) => Promise<HookAnswer>;

/** More than any tool answers with. */
const largestBody = 64 * 1024 * 1024;
/** Seconds. A permission waits for its person; the others for the host alone. */
const personTimeout = 7 * 24 * 3600;
const hostTimeout = 60;

/** Where one terminal tells what happens in it: loopback alone, with a secret of its own. */
export async function openHookServer(onHook: OnHook): Promise<HookServer> {
  const secret = `Bearer ${randomBytes(32).toString('base64url')}`;
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || !isSame(request.headers.authorization, secret)) {
      response.writeHead(401).end();
      return;
    }
    void answer(request, response, onHook);
  });
  server.on('connection', socket => void socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  const headers = { Authorization: secret };
  const hookOf = (name: string) => ({
    ...{ type: 'http', url: `http://127.0.0.1:${port}/hook`, headers },
    timeout: name === 'PermissionRequest' ? personTimeout : hostTimeout,
  });
  return {
    settings: Object.fromEntries(hookNames.map(name => [name, [{ hooks: [hookOf(name)] }]])),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, onHook: OnHook): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const message = hookMessageSchema.parse(parseJson(await textOf(request)));
    const reply = await onHook(message, gone.signal);
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(reply));
  } catch {
    // To the CLI a failed hook is none: it goes on as if nobody had been asked.
    if (!response.headersSent) response.writeHead(500).end();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > largestBody) throw new Error('Expected less.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function isSame(given: string | undefined, wanted: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
