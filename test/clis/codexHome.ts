import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes CODEX_HOME; returns the environment that goes with it. */
export async function seedCodex(home: string, modelUrl: string): Promise<Record<string, string>> {
  const folder = join(home, '.codex');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'config.toml'), config(modelUrl), { mode: 0o600 });
  return { CODEX_HOME: folder, SCRIPTED_KEY: 'scripted-key' };
}

/** A model with the classic tools: newer ones get a single tool that runs JavaScript. */
function config(modelUrl: string): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
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
