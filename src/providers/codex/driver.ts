import type { CreateDriver, Driver, DriverContext, RunningTurn } from '../driver.ts';
import { ServerPool } from '../process/serverPool.ts';
import { startAppServer } from './appServer.ts';
import { checkCodexHealth } from './health.ts';
import { startNativeTurn } from './native/nativeTurn.ts';
import { permissionModeTexts } from './permissionModes.ts';
import { makeLeftovers } from './sandboxLeftovers.ts';
import { findInTranscript } from './transcript.ts';
import { CodexTurn } from './turn.ts';

export interface CodexTimings {
  /** How long a server without work stays. */
  readonly idleMs: number;
  /** After which silence of the provider the person is told. */
  readonly silenceMs: number;
}

const timings: CodexTimings = { idleMs: 3 * 60_000, silenceMs: 2 * 60_000 };

export const createCodexDriver: CreateDriver = context => makeCodexDriver(context, timings);

export function makeCodexDriver(context: DriverContext, { idleMs, silenceMs }: CodexTimings): Driver {
  const pool = new ServerPool(() => startAppServer(context), idleMs);
  const leftovers = makeLeftovers();
  const running = new Set<RunningTurn>();
  const follow = (turn: RunningTurn): RunningTurn => {
    running.add(turn);
    void turn.ended.finally(() => running.delete(turn));
    return turn;
  };
  return {
    provider: 'codex',
    capabilities: {
      steer: true,
      resume: true,
      sharedProcess: true,
      pty: false,
      permissionModes: permissionModeTexts,
    },
    checkHealth: signal => checkCodexHealth(context, pool, signal),
    startTurn: (request, sink) =>
      follow(new CodexTurn(request, sink, { context, pool, leftovers, silenceMs })),
    startNativeTurn: (request, sink) => follow(startNativeTurn(request, sink, { context, leftovers })),
    findInTranscript: (session, texts, signal) =>
      findInTranscript(session, texts, context.environment, signal),
    close: async () => {
      await Promise.all([...running].map(turn => turn.interrupt()));
      await pool.close();
    },
  };
}
