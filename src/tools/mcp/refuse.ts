import type { ServerResponse } from 'node:http';
import { toToolError } from '../../contracts/errors.ts';
import type { Refused } from './gate.ts';

/** Answers without a look at the body; the error's own form stands in the data of the protocol's. */
export function refuse(response: ServerResponse, { status, error, headers }: Refused): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  const data = toToolError(error);
  response.end(
    JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message: error.message, data } }),
  );
}
