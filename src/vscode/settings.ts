import * as vscode from 'vscode';
import { type UserSettings, userSettingsSchema } from '../contracts/settings.ts';
import { settingNames } from './settingNames.ts';

const settingKeys = Object.keys(settingNames) as (keyof typeof settingNames)[];

/**
 * The settings the person has changed; what is left out is up to the host. A workspace's values are not looked at,
 * whatever their scope would allow.
 */
export function readUserSettings(): Partial<UserSettings> {
  const configuration = vscode.workspace.getConfiguration('agentdock');
  const values: Record<string, unknown> = {};
  for (const key of settingKeys) {
    const value = configuration.inspect<unknown>(settingNames[key])?.globalValue;
    // A value out of range must not take the others with it.
    if (value !== undefined && value !== '' && userSettingsSchema.shape[key].safeParse(value).success) {
      values[key] = value;
    }
  }
  return userSettingsSchema.partial().parse(values);
}
