import type { ThreadState } from '../contracts/thread.ts';

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
