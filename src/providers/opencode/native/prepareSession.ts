import { DockError, type ErrorCode, toToolError } from '../../../contracts/errors.ts';
import type { TurnRequest } from '../../driver.ts';
import { acquireWhile, type ServerPool } from '../../process/serverPool.ts';
import { isStale } from '../isStale.ts';
import { type OpenSession, openSession } from '../openSession.ts';
import type { OpencodeServer } from '../startServer.ts';

/**
 * Makes the session ready, unless `signal` aborts. The server that works for all threads does it, so that the terminal
 * finds the session as a turn without one would, and names its model as it starts.
 */
export async function prepareSession(
  pool: ServerPool<OpencodeServer>,
  request: TurnRequest,
  signal: AbortSignal,
): Promise<OpenSession> {
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const stop = (): void =>
    stopped.reject(new DockError('cancelled', 'The terminal was closed before it opened.'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const going = <Value>(step: Promise<Value>): Promise<Value> => {
    step.catch(() => undefined);
    return Promise.race([step, stopped.promise]);
  };
  let failure: ErrorCode | undefined;
  try {
    const server = await acquireWhile(pool, pool.acquire(), going);
    try {
      return await going(openSession(server.api, request));
    } catch (error) {
      failure = toToolError(error).code;
      throw error;
    } finally {
      pool.release(isStale(failure));
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
