import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { makeApi } from '../../src/providers/opencode/api.ts';

/** Answers by path, or what makes them; one without an entry is not found. */
export type Table = Readonly<Record<string, unknown>>;

/** How many of the first calls of a path find the connection cut. */
export type Cuts = Readonly<Record<string, number>>;

/** A server in OpenCode's place. */
export async function makeTableServer(t: TestContext, table: Table, cuts: Cuts = {}) {
  const calls: { readonly method: string; readonly path: string }[] = [];
  const countOf = (path: string) => calls.filter(call => call.path === path).length;
  const http = createServer((request, response) => {
    const { pathname: path } = new URL(request.url ?? '/', 'http://x');
    calls.push({ method: request.method ?? '', path });
    if (countOf(path) <= (cuts[path] ?? 0)) {
      request.socket.destroy();
      return;
    }
    const entry = table[path];
    const body: unknown = typeof entry === 'function' ? entry() : entry;
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { name: 'NotFoundError', data: { message: 'gone' } }));
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return {
    api: makeApi(`http://127.0.0.1:${port}`, 'pw'),
    countOf,
    posted: () => calls.filter(({ method }) => method === 'POST').map(({ path }) => path),
  };
}
