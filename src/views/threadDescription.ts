import { restStates, type Thread } from '../contracts/thread.ts';
import { t } from '../vscode/localize.ts';
import { ageText } from './durationText.ts';
import { shortProviderName } from './providerName.ts';
import { firstRequest } from './requestText.ts';
import { safeLine } from './safeText.ts';
import { threadStateText } from './stateText.ts';

/** The dim text behind a thread's name: `Codex · running · 5m`, before it what is asked. */
export function threadDescription(thread: Thread, now: number): string {
  const provider = shortProviderName(thread.provider);
  const request = firstRequest(thread);
  const parts = [
    // First, since the row is narrow: the icon tells that it waits, this for what.
    ...(request === undefined ? [] : [safeLine(request.title, 60)]),
    thread.role === 'master' ? t('{0} master', provider) : provider,
    threadStateText(thread),
  ];
  const why = shortReason(thread);
  if (why !== undefined) parts.push(why);
  parts.push(ageText(now - Date.parse(thread.since)));
  if (thread.turn !== undefined && thread.queue.length > 0) parts.push(t('{0} queued', thread.queue.length));
  return parts.join(' · ');
}

/** Broken threads say why in the tree itself. */
function shortReason(thread: Thread): string | undefined {
  if (thread.requests.length > 0) return undefined;
  if (thread.state === 'failed') {
    return thread.error === undefined || thread.error.code === 'unknown' ? undefined : thread.error.code;
  }
  if (thread.receipt !== undefined && thread.receipt.doubts.length > 0 && restStates.has(thread.state)) {
    return t('report in doubt');
  }
  const isOrdinary =
    restStates.has(thread.state) || thread.state === 'running' || thread.state === 'starting';
  return isOrdinary || thread.reason === undefined ? undefined : safeLine(thread.reason, 60);
}
