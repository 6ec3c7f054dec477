import type { DriverContext, TurnRequest } from '../driver.ts';
import { endMarked } from '../process/endTree.ts';
import { within } from '../process/within.ts';
import type { AppServer, SessionListener } from './appServer.ts';
import { toDockError } from './classifyError.ts';
import { readAccount } from './credential.ts';
import { closeSession, openSession, type Session } from './session.ts';

interface Stay {
  readonly server: AppServer;
  readonly request: TurnRequest;
  readonly context: DriverContext;
  readonly listener: SessionListener;
  /** Resolves when the server says that it has unloaded the session. */
  readonly unloaded: Promise<void>;
  readonly mayHaveStartedProcesses: () => boolean;
  /** The value, unless the turn is stopped meanwhile. */
  readonly going: <Value>(step: Promise<Value>) => Promise<Value>;
}

/** How long a stopped turn waits for a session that is being opened, so that it is closed before the next turn. */
const openGraceMs = 2_000;
const answerLimitMs = 10_000;

/** Opens the session of a turn, has the turn's work done in it, and closes it again, however either of them goes. */
export async function inSession(stay: Stay, work: (session: Session) => Promise<void>): Promise<void> {
  const session = await open(stay);
  try {
    await work(session);
  } finally {
    await leave(stay, session);
  }
}

async function open(stay: Stay): Promise<Session> {
  const { server, request, context, listener, going } = stay;
  const opening = openSession(server, request, context, listener);
  try {
    return await going(opening);
  } catch (error) {
    await giveUp(stay, opening);
    throw error;
  }
}

/** A session that opens later, once the person's MCP servers have started, is closed then. */
async function giveUp(stay: Stay, opening: Promise<Session>): Promise<void> {
  const { server, request } = stay;
  const closed = opening.then(
    ({ id }) => unload(stay, id),
    () => undefined,
  );
  const isSlow = await within(openGraceMs, closed, 'Codex did not open the session.').then(
    () => false,
    () => true,
  );
  if (!isSlow) return;
  if (request.session !== undefined) server.leaveLater(request.session.id, closed);
  // One that answers nothing at all is ended by the connection.
  await readAccount(server.connection, answerLimitMs).catch(() => undefined);
}

async function leave(stay: Stay, { id }: Session): Promise<void> {
  const isClean = await unload(stay, id);
  // A tool's child in a session of its own outlives the tool; only its mark leads to it.
  if (!isClean || stay.mayHaveStartedProcesses()) await endMarked(stay.request.threadId);
}

/** False when the server could not do it. */
async function unload({ server, context, unloaded }: Stay, id: string): Promise<boolean> {
  let isClean = server.isAlive();
  if (isClean) {
    await closeSession(server, id, unloaded).catch((error: unknown) => {
      isClean = false;
      context.log(`codex did not close a session: ${toDockError(error).message}`);
    });
  }
  server.unlisten(id);
  return isClean;
}
