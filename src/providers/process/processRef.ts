import { DockError } from '../../contracts/errors.ts';
import type { ProcessRef } from '../../contracts/thread.ts';
import { startTimeOf } from './processTable.ts';

/** What is kept on disk of a process just started. */
export async function processRefOf(pid: number, name: string, shared: boolean): Promise<ProcessRef> {
  const startTime = await startTimeOf(pid);
  if (startTime === undefined) throw new DockError('unknown', `${name} ended right after it was started.`);
  return { pid, start_time: startTime, name, shared };
}
