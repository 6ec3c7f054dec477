import { readDarwinEnvironments } from './darwinProcesses.ts';
import { readLinuxEnvironment } from './linuxProcesses.ts';

/** Name and value of each variable. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment each process was started with; undefined when it is gone, belongs to somebody else, or the platform
 * (Windows) hides it. On macOS a value with spaces ends at the first one.
 */
export async function readEnvironments(
  pids: readonly number[],
): Promise<readonly (Environment | undefined)[]> {
  if (process.platform === 'win32') return pids.map(() => undefined);
  const darwin = process.platform === 'linux' ? undefined : await readDarwinEnvironments();
  return pids.map(pid => {
    const entries = darwin === undefined ? readLinuxEnvironment(pid) : darwin.get(pid);
    return entries === undefined ? undefined : environmentOf(entries);
  });
}

export function environmentOf(entries: readonly string[]): Environment {
  return Object.fromEntries(
    entries.flatMap(entry => {
      const equals = entry.indexOf('=');
      return equals > 0 ? [[entry.slice(0, equals), entry.slice(equals + 1)]] : [];
    }),
  );
}
