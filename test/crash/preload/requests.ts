import { subscribe } from 'node:diagnostics_channel';
import { begin, type Call } from './crash.ts';

/**
 * Wraps `fetch`. `before`: nothing has left; `written`: the request has gone out; `after`: the answer is there and
 * nothing of the host has seen it.
 */
export function wrapRequests(): void {
  const original = globalThis.fetch;
  const open = new Map<string, Call[]>();
  globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const url = new URL(request?.url ?? String(input));
    const name = `${request?.method ?? init?.method ?? 'GET'} ${withoutIds(url.pathname)}`;
    const call = begin(`http ${name}`);
    call.reach('before');
    const key = keyOf(request?.method ?? init?.method ?? 'GET', `${url.pathname}${url.search}`);
    open.set(key, [...(open.get(key) ?? []), call]);
    const response = await original(input, init);
    call.reach('after');
    return response;
  };
  // Node's own word that the last byte of a request is on the socket.
  subscribe('undici:request:bodySent', message => {
    const { method, path } = (message as { request: { method: string; path: string } }).request;
    open.get(keyOf(method, path))?.shift()?.reach('written');
  });
}

function keyOf(method: string, path: string): string {
  return `${method} ${path}`;
}

function withoutIds(path: string): string {
  return path.replace(/\/(ses|msg|per|que|prt)_[^/]+/g, '/:id');
}
