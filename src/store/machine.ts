import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Where a process id means something: the machine, its boot, and the namespace of process ids. */
export interface Machine {
  readonly host: string;
  /** Undefined where the platform has none. */
  readonly machineId?: string;
  readonly bootId?: string;
  readonly pidNamespace?: string;
}

/** Only Linux tells boots and namespaces apart; elsewhere start times, which are clock times, do. */
export async function readMachine(): Promise<Machine> {
  const [machineId, bootId, pidNamespace] = await Promise.all([
    textOf('/etc/machine-id'),
    textOf('/proc/sys/kernel/random/boot_id'),
    readlink('/proc/self/ns/pid').catch(() => undefined),
  ]);
  return {
    host: hostname(),
    ...(machineId === undefined ? {} : { machineId }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}
