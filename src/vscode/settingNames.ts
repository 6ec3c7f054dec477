import type { UserSettings } from '../contracts/settings.ts';

/** The names that package.json declares, without `agentdock.`. */
export const settingNames = {
  max_running: 'maxRunning',
  max_depth: 'maxDepth',
  default_permission_mode: 'defaultPermissionMode',
  confirm_full: 'confirmFull',
  idle_minutes: 'idleMinutes',
  wake_master: 'wakeMaster',
  drop_folder: 'dropFolder',
  codex_path: 'codexPath',
  claude_path: 'claudePath',
  opencode_path: 'opencodePath',
} as const satisfies Record<keyof UserSettings, string>;

/** Asked for by the window alone, and by no host. */
export const offerMcpServer = 'offerMcpServer';
