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
import { definedOnly } from '../core/definedOnly.ts';
import { readSmallFile } from './readSmallFile.ts';

export interface LoadedSettings {
  readonly settings: EffectiveSettings;
  /** What was there and could not be used, for a person. */
  readonly problems: readonly string[];
}

type Given = Partial<UserSettings>;

const longestFile = 256 * 1024;

/**
 * The person's settings (file, then what the window passed), narrowed by the workspace. In the person's file a value
 * that does not fit is left out and reported; a broken workspace file allows the least.
 */
export async function loadSettings(options: {
  readonly userFolder: string;
  readonly workspace: string;
  readonly fromWindow: Given;
}): Promise<LoadedSettings> {
  const user = await readUserFile(join(options.userFolder, 'config.json'));
  const wanted = userSettingsSchema.parse({ ...user.settings, ...options.fromWindow });
  const file = join(options.workspace, '.agentdock', 'config.json');
  const read = await readJson(file);
  const limits = workspaceConfigSchema.safeParse(read.value);
  if (limits.success) return { settings: narrow(wanted, limits.data), problems: user.problems };
  const why = read.problem ?? `${file} is not used: ${reasonOf(limits.error)}`;
  return {
    settings: narrow(wanted, { highest_permission_mode: 'read_only', drop_folder: 'off' }),
    problems: [...user.problems, `${why}. Until it is mended, agents of this workspace may only read.`],
  };
}

async function readUserFile(file: string): Promise<{ settings: Given; problems: string[] }> {
  const read = await readJson(file);
  const found = z.record(z.string(), z.unknown()).safeParse(read.value);
  if (!found.success) {
    return { settings: {}, problems: [read.problem ?? `${file} is not used: ${reasonOf(found.error)}`] };
  }
  const problems: string[] = [];
  const usable: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(found.data)) {
    const schema = schemaOf(name);
    const parsed = schema?.safeParse(value);
    if (parsed?.success) usable[name] = parsed.data;
    else problems.push(`${file}: \`${name}\` is not used: ${parsed ? reasonOf(parsed.error) : unknownName}`);
  }
  return { settings: definedOnly(givenSettingsSchema.parse(usable)), problems };
}

const unknownName = 'there is no such setting';

function schemaOf(name: string): z.ZodType | undefined {
  const known = Object.keys(givenSettingsSchema.shape).find(key => key === name);
  return known === undefined ? undefined : givenSettingsSchema.shape[known as keyof UserSettings];
}

/** The value `{}` where there is no file. */
async function readJson(file: string): Promise<{ readonly value?: unknown; readonly problem?: string }> {
  let text: string;
  try {
    text = await readSmallFile(file, longestFile);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { value: {} };
    return { problem: `${file} cannot be read` };
  }
  try {
    // Editors on Windows put a byte order mark in front.
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch {
    return { problem: `${file} is not used: it is not JSON` };
  }
}

function reasonOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `\`${path.join('.')}\`: ${message}`))
    .join('; ');
}
