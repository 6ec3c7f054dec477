import type { Thread, ThreadState } from '../contracts/thread.ts';
import { restsInTerminal } from '../core/restsInTerminal.ts';

export interface StateLook {
  /** A codicon. */
  readonly icon: string;
  readonly color?: string;
}

const looks: Readonly<Record<ThreadState, StateLook>> = {
  queued: { icon: 'clock' },
  preparing: { icon: 'loading~spin' },
  starting: { icon: 'loading~spin' },
  running: { icon: 'loading~spin', color: 'charts.blue' },
  waiting_permission: { icon: 'shield', color: 'charts.yellow' },
  waiting_input: { icon: 'question', color: 'charts.yellow' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  idle: { icon: 'circle-large-outline' },
  completed: { icon: 'pass', color: 'testing.iconPassed' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  cancelled: { icon: 'circle-slash' },
  interrupted: { icon: 'debug-disconnect', color: 'charts.orange' },
};

/** How a state looks: the one place that says so. */
export function stateLook(state: ThreadState): StateLook {
  return looks[state];
}

/** How a thread looks. Who rests in a terminal does not spin. */
export function threadLook(thread: Pick<Thread, 'state' | 'turn'>): StateLook {
  return restsInTerminal(thread) ? { icon: 'terminal' } : stateLook(thread.state);
}
