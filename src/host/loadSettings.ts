import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import {
  type EffectiveSettings,
  givenSettingsSchema,
  narrow,
  type UserSettings,
  userSettingsSchema,
  workspaceConfigSchema,
} from '../contracts/settings.ts';

export interface LoadedSettings {
  readonly settings: EffectiveSettings;
  /** Files that were there and could not be used, for a person. */
  readonly problems: readonly string[];
}

/**
 * The person's settings (file, then what the window passed), narrowed by the workspace. A file that does not
 * parse is left out and reported; a broken workspace file then allows the least.
 */
export async function loadSettings(options: {
  readonly userFolder: string;
  readonly workspace: string;
  readonly fromWindow: Partial<UserSettings>;
}): Promise<LoadedSettings> {
  const problems: string[] = [];
  const userFile = join(options.userFolder, 'config.json');
  const user = await readJson(userFile, givenSettingsSchema, problems);
  const workspaceFile = join(options.workspace, '.agentdock', 'config.json');
  const workspace = await readJson(workspaceFile, workspaceConfigSchema, problems);
  const broken = workspace === 'broken' ? { highest_permission_mode: 'read_only' as const } : workspace;
  const wanted = userSettingsSchema.parse({ ...(user === 'broken' ? {} : user), ...options.fromWindow });
  return { settings: narrow(wanted, broken), problems };
}

async function readJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  problems: string[],
): Promise<z.output<Schema> | Record<string, never> | 'broken'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    problems.push(`${file} cannot be read.`);
    return 'broken';
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'It is not JSON.';
    problems.push(`${file} is not used: ${why}`);
    return 'broken';
  }
}
