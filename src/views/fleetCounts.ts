import { restStates, type Thread } from '../contracts/thread.ts';
import { restsInTerminal } from '../core/restsInTerminal.ts';
import { t } from '../vscode/localize.ts';

export interface FleetCounts {
  readonly running: number;
  readonly queued: number;
  readonly waiting: number;
}

export function countFleet(threads: readonly Thread[]): FleetCounts {
  const counts = { running: 0, queued: 0, waiting: 0 };
  for (const thread of threads) {
    const { state } = thread;
    if (restStates.has(state) || state === 'paused' || restsInTerminal(thread)) continue;
    if (state === 'queued') counts.queued += 1;
    else if (state === 'waiting_permission' || state === 'waiting_input') counts.waiting += 1;
    else counts.running += 1;
  }
  return counts;
}

/** What waits for an answer of the person's: the badge. A question may be answered by a master too; until then it counts. */
export function countRequests(threads: readonly Thread[]): number {
  return threads.reduce((count, { requests }) => count + requests.length, 0);
}

/** The status bar's text with icons, and the same in words. */
export function fleetText(counts: FleetCounts, isOffline: boolean): { text: string; label: string } {
  if (isOffline) return { text: '$(debug-disconnect) AgentDock', label: t('AgentDock: the host is offline') };
  const { running, queued, waiting } = counts;
  const text = [
    `$(hubot) ${running}`,
    ...(queued > 0 ? [`$(clock) ${queued}`] : []),
    ...(waiting > 0 ? [`$(bell-dot) ${waiting}`] : []),
  ].join('  ');
  return {
    text,
    label: t('AgentDock: {0} running, {1} queued, {2} waiting for you', running, queued, waiting),
  };
}
