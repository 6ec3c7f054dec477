import { restStates, type Thread } from '../contracts/thread.ts';
import { t } from '../vscode/localize.ts';
import { ageText } from './durationText.ts';
import { shortProviderName } from './providerName.ts';
import { safeLine } from './safeText.ts';
import { stateText } from './stateText.ts';

/** The dim text behind a thread's name: `Codex · running · 5 min`. */
export function threadDescription(thread: Thread, now: number): string {
  const parts = [shortProviderName(thread.provider), stateText(thread.state)];
  const why = shortReason(thread);
  if (why !== undefined) parts.push(why);
  parts.push(ageText(now - Date.parse(thread.since)));
  if (thread.turn !== undefined && thread.queue.length > 0) parts.push(t('{0} queued', thread.queue.length));
  return parts.join(' · ');
}

/** Broken threads say why in the tree itself. */
function shortReason(thread: Thread): string | undefined {
  if (thread.state === 'failed') {
    return thread.error === undefined || thread.error.code === 'unknown' ? undefined : thread.error.code;
  }
  const isOrdinary =
    restStates.has(thread.state) || thread.state === 'running' || thread.state === 'starting';
  return isOrdinary || thread.reason === undefined ? undefined : safeLine(thread.reason, 60);
}
