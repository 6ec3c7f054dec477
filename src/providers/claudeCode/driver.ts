import type { CreateDriver, Driver, RunningTurn } from '../driver.ts';
import { findTexts } from './findTexts.ts';
import { checkHealth } from './health.ts';
import { startNativeTurn } from './native/nativeTurn.ts';
import { permissionModes } from './permissions.ts';
import { findTranscript } from './sessions.ts';
import { ClaudeTurn } from './turn.ts';

/** Claude Code: one process a turn, over its stream-json protocol or in a terminal. */
export const createClaudeCodeDriver: CreateDriver = (context): Driver => {
  const turns = new Set<RunningTurn>();
  const follow = (turn: RunningTurn): RunningTurn => {
    turns.add(turn);
    void turn.ended.then(() => turns.delete(turn));
    return turn;
  };
  return {
    provider: 'claude_code',
    capabilities: { steer: true, resume: true, sharedProcess: false, pty: false, permissionModes },
    checkHealth: signal => checkHealth(context, signal),
    startTurn: (request, sink) => follow(new ClaudeTurn(context, request, sink)),
    startNativeTurn: (request, sink) => follow(startNativeTurn(context, request, sink)),
    findInTranscript: async (session, texts, signal) => {
      const transcript = await findTranscript(session, context.environment);
      return transcript === undefined ? undefined : await findTexts(transcript, texts, signal);
    },
    close: async () => {
      await Promise.all([...turns].map(turn => turn.interrupt()));
    },
  };
};
