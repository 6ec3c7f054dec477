import * as vscode from 'vscode';
import { type UserSettings, userSettingsSchema } from '../contracts/settings.ts';

/** The names that package.json declares, without `agentdock.`. */
export const settingNames = {
  max_running: 'maxRunning',
  max_depth: 'maxDepth',
  default_permission_mode: 'defaultPermissionMode',
  idle_minutes: 'idleMinutes',
  codex_path: 'codexPath',
  claude_path: 'claudePath',
  opencode_path: 'opencodePath',
} as const satisfies Record<keyof UserSettings, string>;

const settingKeys = Object.keys(settingNames) as (keyof typeof settingNames)[];

/** The person's settings. A workspace's values are not looked at, whatever their scope would allow. */
export function readUserSettings(): UserSettings {
  const configuration = vscode.workspace.getConfiguration('agentdock');
  const values: Record<string, unknown> = {};
  for (const key of settingKeys) {
    const value = configuration.inspect<unknown>(settingNames[key])?.globalValue;
    // A value out of range must not take the others with it.
    if (value !== '' && userSettingsSchema.shape[key].safeParse(value).success) values[key] = value;
  }
  return userSettingsSchema.parse(values);
}
