import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellLauncher, windowsLauncher } from '../core/launcherScripts.ts';

/** Puts an `agentdock` command that runs with this very Node into `folder`, for agents who have neither on their PATH. */
export function writeLauncher(folder: string, cliScript: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'agentdock'), shellLauncher(process.execPath, cliScript), { mode: 0o755 });
  writeFileSync(join(folder, 'agentdock.cmd'), windowsLauncher(process.execPath, cliScript));
}
