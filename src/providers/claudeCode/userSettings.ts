import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../core/parseJson.ts';

type Environment = Readonly<Record<string, string>>;

/** The person's own settings, as far as they matter here. */
export interface UserSettings {
  readonly model: string | undefined;
  readonly allows: readonly string[];
  readonly denies: readonly string[];
}

const settingsSchema = z.looseObject({
  model: z.string().optional().catch(undefined),
  permissions: z
    .looseObject({ allow: z.array(z.string()).catch([]), deny: z.array(z.string()).catch([]) })
    .optional()
    .catch(undefined),
});

/** Where Claude Code keeps settings and transcripts. */
export function configFolder(environment: Environment): string {
  return environment['CLAUDE_CONFIG_DIR'] || path.join(homeOf(environment), '.claude');
}

export async function readUserSettings(environment: Environment): Promise<UserSettings> {
  const file = path.join(configFolder(environment), 'settings.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  // A file that is not JSON is the CLI's to complain about.
  const settings = settingsSchema.safeParse(parseJson(text));
  const { model, permissions } = settings.success ? settings.data : {};
  return {
    model: environment['ANTHROPIC_MODEL'] || model,
    allows: permissions?.allow ?? [],
    denies: permissions?.deny ?? [],
  };
}

function homeOf(environment: Environment): string {
  return environment['HOME'] || environment['USERPROFILE'] || homedir();
}
