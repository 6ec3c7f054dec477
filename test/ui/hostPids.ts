import { readProcessTable } from '../../src/providers/process/processTable.ts';
import { commandLineOf } from '../host/processes.ts';

/** The living hosts of a workspace folder. */
export async function hostPids(folder: string): Promise<readonly number[]> {
  const pids = [...(await readProcessTable()).values()].map(({ pid }) => pid);
  return pids.filter(
    pid =>
      /host\.js (--from-window )?--workspace /.test(commandLineOf(pid)) &&
      commandLineOf(pid).endsWith(folder),
  );
}
