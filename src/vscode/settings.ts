import * as vscode from 'vscode';
import { type UserSettings, userSettingsSchema } from '../contracts/settings.ts';
import { offerMcpServer, settingNames } from './settingNames.ts';

export const mcpSettingName = `agentdock.${offerMcpServer}`;

const settingKeys = Object.keys(settingNames) as (keyof UserSettings)[];

/**
 * The settings the person has changed; what is left out is up to the host. A workspace's values are not looked at,
 * whatever their scope would allow.
 */
export function readUserSettings(): Partial<UserSettings> {
  const configuration = vscode.workspace.getConfiguration('agentdock');
  const settings: Partial<UserSettings> = {};
  for (const key of settingKeys) {
    put(settings, key, configuration.inspect<unknown>(settingNames[key])?.globalValue);
  }
  return settings;
}

/** Whether this person's VS Code is offered the tools as an MCP server. A workspace's value does not count here either. */
export function offersMcpServer(): boolean {
  const configuration = vscode.workspace.getConfiguration('agentdock');
  return configuration.inspect<unknown>(offerMcpServer)?.globalValue === true;
}

/** A value out of range must not take the others with it. */
function put<Key extends keyof UserSettings>(
  settings: Partial<UserSettings>,
  key: Key,
  value: unknown,
): void {
  if (value === undefined || value === '') return;
  const parsed = userSettingsSchema.shape[key].safeParse(value);
  if (parsed.success) settings[key] = parsed.data as UserSettings[Key];
}
