import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { lookUpVariable, programPaths } from '../../core/programPaths.ts';
import { batchCommandLine } from './batchCommandLine.ts';

export interface BinaryQuery {
  readonly name: string;
  /** Environment variable that may hold the path. */
  readonly variable: string | undefined;
  /** The person's setting. */
  readonly setting: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The person's setting, else the variable, else PATH. What is set but cannot be run gives undefined: another program
 * than the one asked for is never taken instead.
 */
export async function resolveBinary(query: BinaryQuery): Promise<{ readonly path: string } | undefined> {
  const { environment } = query;
  const fromVariable =
    query.variable === undefined ? undefined : lookUpVariable(environment, query.variable, process.platform);
  const wanted = expandHome(query.setting || fromVariable || query.name);
  const found = programPaths(wanted, environment, process.platform).find(isRunnable);
  return found === undefined ? undefined : { path: found };
}

export interface Launch {
  readonly file: string;
  readonly args: string[];
  readonly options: { readonly windowsHide: true; readonly windowsVerbatimArguments?: true };
}

/** How to spawn a program. Windows runs `.cmd` and `.bat` only through cmd.exe, whose quoting is its own. */
export function launchable(file: string, args: readonly string[], platform = process.platform): Launch {
  if (platform !== 'win32' || !/\.(cmd|bat)$/i.test(file)) {
    return { file, args: [...args], options: { windowsHide: true } };
  }
  return {
    file: process.env['comspec'] ?? 'cmd.exe',
    args: ['/d', '/s', '/c', `"${batchCommandLine(file, args)}"`],
    options: { windowsHide: true, windowsVerbatimArguments: true },
  };
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file;
}
