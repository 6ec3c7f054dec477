import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The person's own AgentDock folder, outside every workspace: `config.json`, the journal's key, the windows' public
 * keys. Linux: XDG_CONFIG_HOME; macOS: Library/Application Support; Windows: APPDATA.
 */
export function userFolder(environment: Environment, platform: NodeJS.Platform = process.platform): string {
  const home = environment['HOME'] ?? homedir();
  if (platform === 'win32')
    return join(environment['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'AgentDock');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'AgentDock');
  return join(absolute(environment['XDG_CONFIG_HOME']) ?? join(home, '.config'), 'agentdock');
}

/** The XDG rule: a relative path is ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined;
}
