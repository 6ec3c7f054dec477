import type { IncomingMessage } from 'node:http';
import { DockError } from '../../contracts/errors.ts';

export const endpointPath = '/mcp';

/** Bytes of one request. More than any model writes into one call. */
export const largestBody = 8 * 1024 * 1024;

export interface Refused {
  readonly status: number;
  readonly error: DockError;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GateOptions {
  /** Where the endpoint listens. */
  readonly port: number;
  readonly isGood: (token: string) => boolean;
}

/**
 * Looks at a request before its body is read: the token of a good one, or how it is refused. A page in a browser is
 * kept out by its `Origin`, and by the `Host` it came for where its name was bent to loopback; no agent CLI sends an
 * `Origin`. Who has no good token is told the same whatever is wrong with it.
 */
export function passGate(
  { method, url, headers }: IncomingMessage,
  { port, isGood }: GateOptions,
): string | Refused {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.origin !== undefined || !hosts.includes(headers.host?.toLowerCase() ?? '')) {
    return refused(403, 'permission_denied', 'Only agents of this machine are served here.');
  }
  if (url !== endpointPath) return refused(404, 'not_found', 'There is nothing here.');
  const token = /^Bearer ([\w-]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined || !isGood(token)) {
    const refusal = refused(401, 'unauthorized', 'Expected the token of a running turn.');
    return { ...refusal, headers: { 'WWW-Authenticate': 'Bearer' } };
  }
  // Each request stands for itself: there is no session to follow or to end.
  if (method !== 'POST') {
    return { ...refused(405, 'invalid_arguments', 'Expected a POST.'), headers: { Allow: 'POST' } };
  }
  if (Number(headers['content-length']) > largestBody) {
    return refused(413, 'limit_reached', `Expected at most ${largestBody} bytes; put the rest into a file.`);
  }
  return token;
}

function refused(status: number, code: DockError['code'], message: string): Refused {
  return { status, error: new DockError(code, message) };
}
