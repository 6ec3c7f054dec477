import type { CreateDriver, RunningTurn } from '../driver.ts';
import { ServerPool } from '../process/serverPool.ts';
import { findInTranscript } from './findInTranscript.ts';
import { checkOpencodeHealth } from './health.ts';
import { startNativeTurn } from './native/nativeTurn.ts';
import { permissionModes } from './permissionRules.ts';
import { startServer } from './startServer.ts';
import { OpencodeTurn } from './turn.ts';

/** A server takes 0.6 GB and starts in two seconds. */
const serverIdleMs = 5 * 60_000;
const silenceMs = 3 * 60_000;

/**
 * OpenCode through one `opencode serve` for all threads, on loopback, with a password of its own. A thread's own terminal is
 * a program of its own, with the server in it.
 */
export const createOpencodeDriver: CreateDriver = context => {
  const pool = new ServerPool(() => startServer(context), serverIdleMs);
  const running = new Set<RunningTurn>();
  const follow = (turn: RunningTurn): RunningTurn => {
    running.add(turn);
    void turn.ended.finally(() => running.delete(turn));
    return turn;
  };
  return {
    provider: 'opencode',
    capabilities: { steer: true, resume: true, sharedProcess: true, pty: false, permissionModes },
    checkHealth: signal => checkOpencodeHealth(context, pool, signal),
    startTurn: (request, sink) => follow(new OpencodeTurn(request, sink, { context, pool, silenceMs })),
    startNativeTurn: (request, sink) => follow(startNativeTurn(request, sink, { context, pool })),
    findInTranscript: (session, texts, signal) => findInTranscript({ context, pool }, session, texts, signal),
    close: async () => {
      await Promise.all([...running].map(turn => turn.interrupt()));
      await pool.close();
    },
  };
};
