import { setImmediate as nextRound } from 'node:timers/promises';
import type { ProcessRef } from '../../contracts/thread.ts';
import { endTree } from './endTree.ts';
import { startTimeOf } from './processTable.ts';
import { within } from './within.ts';

/** A process as whoever started it holds it. */
export interface StartedProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** Hard, and without a look at the process table. */
  kill(): Promise<void>;
}

/** What the kernel itself needs to end a process. */
const killLimitMs = 10_000;

/**
 * What is kept on disk of a process just started; undefined when it has ended already. A living one that cannot be
 * looked at is ended, since nobody could find it later, and the reason is thrown.
 */
export async function processRefOf(
  started: StartedProcess,
  name: string,
  shared: boolean,
): Promise<ProcessRef | undefined> {
  try {
    const startTime = await startTimeOf(started.pid);
    return startTime === undefined ? undefined : { pid: started.pid, start_time: startTime, name, shared };
  } catch (error) {
    if (await hasEnded(started)) return undefined;
    await started.kill();
    // It may belong to another user: the turn ends all the same.
    await within(killLimitMs, started.exited, `${name} did not end.`).catch(() => undefined);
    throw error;
  }
}

/** Ends it with all it started. Where the process table cannot be read it alone is ended, and the reason is thrown. */
export async function endStarted(
  started: Pick<StartedProcess, 'exited' | 'kill'>,
  ref: ProcessRef,
  options?: { readonly graceMs?: number },
): Promise<void> {
  try {
    await endTree(ref, options);
  } catch (error) {
    if (!(await hasEnded(started))) await started.kill();
    throw error;
  }
}

async function hasEnded({ exited }: Pick<StartedProcess, 'exited'>): Promise<boolean> {
  return await Promise.race([exited.then(() => true), nextRound(false)]);
}
