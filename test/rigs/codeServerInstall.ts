import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withFileLock } from '../clis/fileLock.ts';
import { cacheFolder } from './projectRoot.ts';
import { runProgram } from './runProgram.ts';

/** VS Code 1.139.1, from npm. */
export const codeServerVersion = '4.139.1';

export interface CodeServerInstall {
  /** VS Code's own server; starts a second or more before code-server's wrapper. */
  readonly serverMain: string;
  /** The command `code-server`, as a person runs it. */
  readonly entry: string;
}

/**
 * Installs without scripts: they would compile native modules that the tests do without. The three things then
 * missing (spdlog, kerberos, native-watchdog) log one line each when the server starts.
 */
export async function installCodeServer(say: (line: string) => void = () => {}): Promise<CodeServerInstall> {
  const folder = join(cacheFolder, 'code-server', codeServerVersion);
  if (!existsSync(folder)) {
    say(`Installing code-server ${codeServerVersion} (about 600 MB on disk) …`);
    await mkdir(dirname(folder), { recursive: true });
    await withFileLock(`${folder}.lock`, async () => {
      if (!existsSync(folder)) await install(folder);
    });
  }
  const codeServer = join(folder, 'node_modules', 'code-server');
  return {
    serverMain: join(codeServer, 'lib', 'vscode', 'out', 'server-main.js'),
    entry: join(codeServer, 'out', 'node', 'entry.js'),
  };
}

/** The folder gets its name when it is complete. */
async function install(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await writeFile(join(unfinished, 'package.json'), '{ "private": true }\n');
  await npmInstall(unfinished, [`code-server@${codeServerVersion}`]);
  const vscode = join(unfinished, 'node_modules', 'code-server', 'lib', 'vscode');
  await npmInstall(vscode, ['--omit=dev']);
  await npmInstall(join(vscode, 'extensions'), ['--omit=dev']);
  await rename(unfinished, folder).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
}

async function npmInstall(folder: string, args: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // `--prefix` because npm tells the scripts it runs (and we may be one) where the project is.
  await runProgram('npm', ['install', '--prefix', folder, ...quiet, ...args], { cwd: folder });
}
