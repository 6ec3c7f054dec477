import { endWindowsProcesses } from './windowsProcesses.ts';

/** Ends a process of ours that has not been reaped yet, and the group it leads, without a look at the process table. */
export async function killGroup(pid: number): Promise<void> {
  if (process.platform === 'win32') return await endWindowsProcesses([pid]);
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Gone already, or not ours.
    }
  }
}
