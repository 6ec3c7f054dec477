import { readDarwinEnvironments } from './darwinProcesses.ts';
import { readLinuxEnvironment } from './linuxProcesses.ts';

/**
 * The environment a process was started with; undefined when it is gone, belongs to somebody else, or the platform
 * (Windows) hides it. On macOS a value with spaces ends at the first one.
 */
export async function readEnvironment(
  pid: number,
): Promise<Readonly<Record<string, string | undefined>> | undefined> {
  if (process.platform === 'win32') return undefined;
  const entries =
    process.platform === 'linux' ? readLinuxEnvironment(pid) : (await readDarwinEnvironments()).get(pid);
  return entries === undefined ? undefined : environmentOf(entries);
}

export function environmentOf(entries: readonly string[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    entries.flatMap(entry => {
      const equals = entry.indexOf('=');
      return equals > 0 ? [[entry.slice(0, equals), entry.slice(equals + 1)]] : [];
    }),
  );
}
