import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { cacheFolder } from '../rigs/projectRoot.ts';
import { versions } from './versions.ts';

export interface CodexSeed {
  readonly home: string;
  readonly modelUrl: string;
  readonly binary: string;
}

/** A model with the classic tools. The other one gets a single tool that runs JavaScript, as newer ones do. */
const models = ['gpt-5.5', 'gpt-6-sol'];

/** Makes CODEX_HOME; returns the environment that goes with it. */
export async function seedCodex({ home, modelUrl, binary }: CodexSeed): Promise<Record<string, string>> {
  const folder = join(home, '.codex');
  const catalog = join(folder, 'models.json');
  const env = { HOME: home, CODEX_HOME: folder };
  await mkdir(folder, { mode: 0o700 });
  await writeFile(catalog, await wideCatalog(binary, env), { mode: 0o600 });
  await writeFile(join(folder, 'config.toml'), config(modelUrl, catalog), { mode: 0o600 });
  return { CODEX_HOME: folder, SCRIPTED_KEY: 'scripted-key' };
}

const catalogSchema = z.looseObject({ models: z.array(z.looseObject({ slug: z.string() })) });

/**
 * Codex's own catalogue with a wider window: Codex would summarise a prompt of 2 MB before sending it, and its
 * settings cannot raise the window above the catalogue's.
 */
async function wideCatalog(binary: string, env: Record<string, string>): Promise<string> {
  const catalog = catalogSchema.parse(JSON.parse(await ownCatalog(binary, env)));
  const wide = { context_window: 4_000_000, max_context_window: 4_000_000 };
  const kept = catalog.models
    .filter(model => models.includes(model.slug))
    .map(model => ({ ...model, ...wide }));
  return JSON.stringify({ models: kept });
}

/** Kept for each version: every HOME needs it, and Codex starts for it. */
async function ownCatalog(binary: string, env: Record<string, string>): Promise<string> {
  const kept = join(cacheFolder, 'clis', `codex-${versions.codex}-models.json`);
  const known = await readFile(kept, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const { stdout } = await promisify(execFile)(binary, ['debug', 'models'], {
    env,
    maxBuffer: 16 * 1024 * 1024,
  });
  catalogSchema.parse(JSON.parse(stdout));
  // Others may be making it too: it gets its name when it is complete.
  const draft = `${kept}.${randomUUID()}`;
  await writeFile(draft, stdout);
  await rename(draft, kept);
  return stdout;
}

function config(modelUrl: string, catalog: string): string {
  return `model = "${models[0]}"
model_provider = "scripted"
model_catalog_json = ${JSON.stringify(catalog)}
check_for_update_on_startup = false

[analytics]
enabled = false

[features]
unbounded_connection_retries = false
daemon_auto_start = false
plugins = false

[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"

[model_providers.scripted]
name = "scripted"
base_url = "${modelUrl}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 1
stream_max_retries = 1
`;
}
