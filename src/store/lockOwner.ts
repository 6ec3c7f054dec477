import * as z from 'zod';
import type { Machine } from './machine.ts';

/** What a lock file says of its owner. */
export const lockOwnerSchema = z.object({
  v: z.number().int(),
  nonce: z.string().regex(/^[\w-]{16,64}$/),
  pid: z.number().int(),
  start_time: z.string(),
  host: z.string(),
  machine_id: z.string().optional(),
  boot_id: z.string().optional(),
  pid_namespace: z.string().optional(),
  since: z.string(),
});
export type LockOwner = z.infer<typeof lockOwnerSchema>;

export type OwnerState =
  | 'living'
  | 'dead'
  /** A process of another machine: nothing here can tell whether it lives. */
  | 'other_machine'
  /** A process in another container of this machine: its number means something else here. */
  | 'other_namespace';

/** Start time of a living process as the platform writes it, or undefined when there is none of that number. */
export type StartTimeOf = (pid: number) => Promise<string | undefined>;

export async function stateOfOwner(
  owner: LockOwner,
  machine: Machine,
  startTimeOf: StartTimeOf,
): Promise<OwnerState> {
  // A boot has an id of its own: the same one means the same machine, also when that was renamed since.
  if (owner.boot_id === undefined || owner.boot_id !== machine.bootId) {
    if (owner.host !== machine.host || differ(owner.machine_id, machine.machineId)) return 'other_machine';
    // No process survives a new boot of its machine.
    if (differ(owner.boot_id, machine.bootId)) return 'dead';
  }
  if (differ(owner.pid_namespace, machine.pidNamespace)) return 'other_namespace';
  return (await startTimeOf(owner.pid)) === owner.start_time ? 'living' : 'dead';
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
