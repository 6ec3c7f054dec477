import { type CancellationToken, ErrorCodes, type MessageConnection } from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { DockError } from '../contracts/errors.ts';
import { type ParsedParams, type RequestName, requestSchemas } from '../contracts/rpc.ts';
import { requirePerson } from '../tools/access.ts';
import { type Asker, type AskingClient, clientRequests } from './clientRequests.ts';
import { notProved, responseError, unknownMethod } from './refusals.ts';

/** Answers what a client asks over its connection. */
export function answerRequests(connection: MessageConnection, client: AskingClient): void {
  for (const name of Object.keys(clientRequests) as RequestName[]) {
    connection.onRequest(name, async (params: unknown, token: CancellationToken) => {
      try {
        return await answer(name, params, client, signalOf(token));
      } catch (error) {
        throw responseError(ErrorCodes.InvalidRequest, error);
      }
    });
  }
  connection.onRequest(() => {
    const isKnown = client.handshake.caller !== undefined;
    throw isKnown ? unknownMethod() : responseError(ErrorCodes.InvalidRequest, notProved());
  });
}

async function answer<Name extends RequestName>(
  name: Name,
  params: unknown,
  client: AskingClient,
  signal: AbortSignal,
): Promise<unknown> {
  const request = clientRequests[name];
  requireAsker(request.from, client);
  return await request.answer(parse(name, params), client, signal);
}

function requireAsker(asker: Asker, client: AskingClient): void {
  if (asker === 'anybody') return;
  const context = client.context();
  if (asker !== 'proved') requirePerson(context, asker.person);
}

function parse<Name extends RequestName>(name: Name, params: unknown): ParsedParams<Name> {
  const parsed = requestSchemas[name].params.safeParse(params);
  if (parsed.success) return parsed.data as ParsedParams<Name>;
  throw new DockError('invalid_arguments', `${name}: ${z.prettifyError(parsed.error)}`);
}

/** Aborts when the client takes the request back. */
function signalOf(token: CancellationToken): AbortSignal {
  const aborter = new AbortController();
  token.onCancellationRequested(() => aborter.abort());
  return aborter.signal;
}
