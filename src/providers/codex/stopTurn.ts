import * as z from 'zod';
import type { DriverContext } from '../driver.ts';
import { within } from '../process/within.ts';
import type { AppServer } from './appServer.ts';
import { toDockError } from './classifyError.ts';
import { RpcError } from './connection.ts';

interface SentTurn {
  readonly server: AppServer;
  readonly sessionId: string;
  /** Codex's own id of the turn, once it has taken the prompt. */
  readonly sending: Promise<string>;
  readonly conversation: { readonly working: Promise<void>; readonly completed: Promise<void> };
  readonly log: DriverContext['log'];
}

/** A server that does not stop a turn within this time is ended: it would go on working unseen. */
const stopLimitMs = 10_000;

/** Has the server stop a turn whose prompt has been sent, or ends it; never rejects. */
export async function stopTurn(turn: SentTurn): Promise<void> {
  const { server, log } = turn;
  try {
    await within(stopLimitMs, askToStop(turn), 'Codex did not stop the turn.');
  } catch (error) {
    if (!server.isAlive()) return;
    log(`codex app-server is ended: ${toDockError(error).message}`);
    await server.kill().catch(() => undefined);
  }
}

async function askToStop({ server, sessionId, sending, conversation }: SentTurn): Promise<void> {
  const turnId = await sending.catch(() => undefined);
  if (turnId === undefined) return;
  await Promise.race([conversation.working, conversation.completed]);
  await server.connection
    .call('turn/interrupt', { threadId: sessionId, turnId }, z.looseObject({}))
    // It had ended by itself.
    .catch((error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
    });
  await conversation.completed;
}
