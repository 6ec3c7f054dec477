import type { CreateDriver, Driver, DriverContext, RunningTurn } from '../driver.ts';
import { whyNotPasted } from '../pty/pastedText.ts';
import { findTexts } from './findTexts.ts';
import { checkHealth } from './health.ts';
import { type NativeParts, startNativeTurn } from './native/nativeTurn.ts';
import { permissionModes } from './permissions.ts';
import { findTranscript } from './sessions.ts';
import { ClaudeTurn } from './turn.ts';

export type ClaudeTimings = Omit<NativeParts, 'context'>;

/** The CLI waits seven seconds for a server before it asks the model; a busy machine takes longer to get there. */
const timings: ClaudeTimings = { toolsMs: 20_000 };

/** Claude Code: one process a turn, over its stream-json protocol or in a terminal. */
export const createClaudeCodeDriver: CreateDriver = context => makeClaudeCodeDriver(context, timings);

export function makeClaudeCodeDriver(context: DriverContext, { toolsMs }: ClaudeTimings): Driver {
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
    startNativeTurn: (request, sink) => follow(startNativeTurn(request, sink, { context, toolsMs })),
    unfitForTerminal: whyNotPasted,
    findInTranscript: async (session, texts, signal) => {
      const transcript = await findTranscript(session, context.environment);
      return transcript === undefined ? undefined : await findTexts(transcript, texts, signal);
    },
    close: async () => {
      await Promise.all([...turns].map(turn => turn.interrupt()));
    },
  };
}
