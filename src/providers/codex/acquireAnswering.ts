import type { ServerPool } from '../process/serverPool.ts';
import type { AppServer } from './appServer.ts';
import { toDockError } from './classifyError.ts';
import { requireCredential } from './credential.ts';
import { isStale } from './isStale.ts';

/** A server that was killed a moment ago still looks alive; nothing has been sent yet, so another one may do it. */
export async function acquireAnswering(
  pool: ServerPool<AppServer>,
  workingDir: string,
  isRetry = false,
): Promise<AppServer> {
  const server = await pool.acquire();
  try {
    await requireCredential(server.connection, workingDir);
    return server;
  } catch (error) {
    pool.release(isStale(toDockError(error).code));
    if (isRetry || server.isAlive()) throw error;
    return acquireAnswering(pool, workingDir, true);
  }
}
