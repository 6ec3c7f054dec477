import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import type { AppServer } from './appServer.ts';
import { RpcError } from './connection.ts';
import { textInput } from './prompt.ts';

/** A turn that Codex has taken. */
export interface LiveTurn {
  readonly server: AppServer;
  readonly sessionId: string;
  /** Codex's own id of it. */
  readonly id: string;
}

/** Resolves when the server has the message in its memory; the model may get it later. */
export async function steerTurn(
  { server, sessionId, id }: LiveTurn,
  messageId: string,
  text: string,
): Promise<void> {
  const params = {
    threadId: sessionId,
    expectedTurnId: id,
    clientUserMessageId: messageId,
    input: textInput(text),
  };
  try {
    await server.connection.call('turn/steer', params, z.looseObject({}));
  } catch (error) {
    // What the server refuses it has not taken. A server that is lost may have.
    throw error instanceof RpcError ? notTaken(error) : error;
  }
}

function notTaken(cause: RpcError): DockError {
  const message = `The turn did not take the message: ${cause.message}`;
  return new DockError('conflict', message, { hint: 'Resume the thread with the message instead.', cause });
}
