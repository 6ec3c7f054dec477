import path from 'node:path';
import type { SessionRef } from '../../contracts/thread.ts';
import type { CreateDriver, Driver, DriverContext, NativeTerminal } from '../driver.ts';
import { missingBinary } from './errors.ts';
import { findClaude } from './findClaude.ts';
import { findTexts } from './findTexts.ts';
import { checkHealth } from './health.ts';
import { permissionModes } from './permissions.ts';
import { findTranscript, resumeTarget } from './sessions.ts';
import { ClaudeTurn } from './turn.ts';

/** Claude Code: one process a turn, over its stream-json protocol. */
export const createClaudeCodeDriver: CreateDriver = (context): Driver => {
  const turns = new Set<ClaudeTurn>();
  return {
    provider: 'claude_code',
    capabilities: { steer: true, resume: true, sharedProcess: false, pty: false, permissionModes },
    checkHealth: signal => checkHealth(context, signal),
    startTurn: (request, sink) => {
      const turn = new ClaudeTurn(context, request, sink);
      turns.add(turn);
      void turn.ended.then(() => turns.delete(turn));
      return turn;
    },
    findInTranscript: async (session, texts, signal) => {
      const transcript = await findTranscript(session, context.environment);
      return transcript === undefined ? undefined : await findTexts(transcript, texts, signal);
    },
    nativeTerminal: (session, workingDir) => nativeTerminal(context, session, workingDir),
    close: async () => {
      await Promise.all([...turns].map(turn => turn.interrupt()));
    },
  };
};

async function nativeTerminal(
  context: DriverContext,
  session: SessionRef,
  workingDir: string,
): Promise<NativeTerminal> {
  const file = await findClaude(context);
  if (file === undefined) throw missingBinary();
  const { environment, workspace } = context;
  const transcript = await findTranscript(session, environment);
  const target =
    transcript === undefined ? session.id : resumeTarget({ workspace, workingDir }, session, transcript);
  return { file, args: ['--resume', target], environment, workingDir: path.resolve(workingDir) };
}
