import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
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
  const fromVariable = query.variable === undefined ? undefined : lookUp(environment, query.variable);
  const wanted = expandHome(query.setting || fromVariable || query.name);
  const found = candidates(wanted, environment, process.platform).find(isRunnable);
  return found === undefined ? undefined : { path: found };
}

/** Absolute paths to try, in order. Relative entries of PATH would let a workspace put programs in: left out. */
export function candidates(
  wanted: string,
  environment: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
): readonly string[] {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const isPath = wanted !== paths.basename(wanted);
  if (isPath && !paths.isAbsolute(wanted)) return [];
  const folders = (lookUp(environment, 'PATH') ?? '')
    .split(paths.delimiter)
    .map(folder => folder.replace(/^"(.*)"$/, '$1'))
    .filter(folder => paths.isAbsolute(folder));
  const files = isPath ? [wanted] : folders.map(folder => paths.join(folder, wanted));
  if (platform !== 'win32') return files;
  const extensions = (lookUp(environment, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').toLowerCase().split(';');
  if (extensions.includes(paths.extname(wanted).toLowerCase())) return files;
  return files.flatMap(file => extensions.map(extension => file + extension));
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

/** Windows does not tell the cases of names apart (`Path`). */
function lookUp(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  const exact = environment[name];
  if (exact !== undefined || process.platform !== 'win32') return exact;
  return Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1];
}

function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file;
}
