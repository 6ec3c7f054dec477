import type { Thread, ThreadState } from '../contracts/thread.ts';
import { restsInTerminal } from '../core/restsInTerminal.ts';
import { t } from '../vscode/localize.ts';

/** A thread's state in words; who rests in a terminal is not at work. */
export function threadStateText(thread: Pick<Thread, 'state' | 'turn'>): string {
  return restsInTerminal(thread) ? t('in its own terminal') : stateText(thread.state);
}

export function stateText(state: ThreadState): string {
  switch (state) {
    case 'queued':
      return t('queued');
    case 'preparing':
      return t('preparing');
    case 'starting':
      return t('starting');
    case 'running':
      return t('running');
    case 'waiting_permission':
      return t('needs permission');
    case 'waiting_input':
      return t('needs an answer');
    case 'paused':
      return t('paused');
    case 'idle':
      return t('idle');
    case 'completed':
      return t('completed');
    case 'failed':
      return t('failed');
    case 'cancelled':
      return t('cancelled');
    case 'interrupted':
      return t('interrupted');
  }
}
