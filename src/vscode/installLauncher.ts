import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellLauncher, windowsLauncher } from '../core/launcherScripts.ts';

/**
 * Puts `agentdock` into a folder for the PATH: a script that runs the command with VS Code's own Node, so that a
 * person who has neither `node` nor `agentdock` installed can use it. Returns the folder.
 */
export async function installLauncher(options: {
  readonly folder: string;
  /** The program that can run as Node: VS Code's own. */
  readonly node: string;
  readonly cliScript: string;
}): Promise<string> {
  const { folder, node, cliScript } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replace(join(folder, 'agentdock'), shellLauncher(node, cliScript), 0o755);
  await replace(join(folder, 'agentdock.cmd'), windowsLauncher(node, cliScript), 0o755);
  return folder;
}

/** A terminal may be starting the script right now: it finds the old or the new one, never half of it. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, text, { mode });
  await chmod(fresh, mode);
  await rename(fresh, file);
}
