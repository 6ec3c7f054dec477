import type { TurnEnd } from '../driver.ts';
import type { CliExit } from '../process/spawnCli.ts';
import { exitError, resultError } from './errors.ts';
import type { TurnProgress } from './turnProgress.ts';
import { usageOf } from './usage.ts';

export interface EndFacts {
  readonly progress: TurnProgress;
  readonly exit: CliExit;
  readonly stderr: string;
  readonly wasStopped: boolean;
}

/** How the turn ended, from the last result and the end of the process. `is_error` decides, never the subtype. */
export function endOfTurn({ progress, exit, stderr, wasStopped }: EndFacts): TurnEnd {
  const { result, errorClass, resetsAt } = progress;
  const usage = result === undefined ? undefined : usageOf(result);
  const text = result?.is_error === false ? (result.result ?? undefined) : undefined;
  const known = {
    ...(text === undefined ? {} : { result: text }),
    ...(usage === undefined ? {} : { usage }),
  };
  if (wasStopped) return { outcome: 'interrupted', ...known };
  if (progress.isOver && result?.is_error === undefined) return { ...known, ...unreadEnd(progress) };
  if (result === undefined) return { outcome: 'failed', error: exitError(exit, stderr) };
  if (result.is_error) {
    return { outcome: 'failed', ...known, error: resultError({ result, errorClass, resetsAt }) };
  }
  // It went away while its background tasks, or a message to it, were still to be dealt with.
  if (!progress.isOver) return { outcome: 'failed', ...known, error: exitError(exit, stderr) };
  return { outcome: 'completed', ...known };
}

/** The CLI is at rest, and has not said in a form we know how the turn ended: what else it said has to tell. */
function unreadEnd({ result, text, errorClass, resetsAt, hasWorked }: TurnProgress): TurnEnd {
  if (errorClass !== undefined || result?.subtype.startsWith('error')) {
    const error = resultError({ result: result ?? noResult, errorClass, resetsAt });
    return { outcome: 'failed', error };
  }
  const said = result?.result ?? text;
  if (said !== undefined) return { outcome: 'completed', result: said };
  return { outcome: 'failed', error: result === undefined && !hasWorked ? alreadySent : unreadable };
}

const noResult = { type: 'result', subtype: 'no result', is_error: true } as const;

const unreadable = {
  code: 'version_mismatch',
  message: 'Claude Code ended the turn without a result that AgentDock can read.',
  retryable: false,
  hint: 'Install the version of Claude Code that AgentDock is tested with (see `agentdock providers`).',
} as const;

const alreadySent = {
  code: 'conflict',
  message: 'Claude Code already has this message in its session, so it did not run it again.',
  retryable: false,
  hint: 'Look at the session before you send the prompt once more.',
} as const;
