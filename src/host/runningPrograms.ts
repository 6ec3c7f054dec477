import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { RunningTurn } from '../providers/driver.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import type { ConnectionHost } from './connectionHost.ts';
import type { TurnRunner } from './turnRunner.ts';

/** The programs that run in terminals, for the person in front of one. Throws `conflict` where none runs. */
export function createRunningPrograms(
  runner: Pick<TurnRunner, 'running'>,
  store: ThreadStore,
): Pick<ConnectionHost, 'terminal' | 'write' | 'resize'> {
  const running = (thread: ThreadId): RunningTurn => {
    const turn = runner.running(thread);
    if (turn !== undefined) return turn;
    const state = store.get(thread)?.state ?? 'unknown';
    throw new DockError('conflict', `Thread ${thread} does not run (${state}).`);
  };
  return {
    terminal: thread => {
      const { terminal } = running(thread);
      if (terminal !== undefined) return terminal;
      throw new DockError('conflict', `Thread ${thread} runs without a terminal of its own.`);
    },
    write: (thread, data) => running(thread).write?.(data),
    // A window that changes its size does not ask whether a program still runs.
    resize: (thread, columns, rows) => runner.running(thread)?.resize?.(columns, rows),
  };
}
