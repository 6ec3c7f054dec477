import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { versions } from './versions.ts';

/** Writes OpenCode's user config; returns the environment that goes with it. */
export async function seedOpencode(home: string, modelUrl: string): Promise<Record<string, string>> {
  const folder = join(home, '.config', 'opencode');
  await mkdir(join(folder, 'node_modules'), { recursive: true, mode: 0o700 });
  const write = (name: string, content: unknown): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(content, undefined, 2), { mode: 0o600 });
  await write('opencode.json', config(modelUrl));
  await write('models.json', {});
  // Without these three it runs npm in this folder, and blocks on it offline when a plugin is configured.
  const dependencies = { '@opencode-ai/plugin': versions.opencode };
  await write('package.json', { dependencies });
  await write('package-lock.json', { lockfileVersion: 3, packages: { '': { dependencies } } });
  return {
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    // Its own catalogue of all models of the world takes 3 s of computing at each start, and the one model here is none of them.
    OPENCODE_MODELS_PATH: join(folder, 'models.json'),
  };
}

function config(modelUrl: string): object {
  const model = {
    name: 'Scripted',
    tool_call: true,
    reasoning: true,
    limit: { context: 200_000, output: 8_000 },
  };
  return {
    $schema: 'https://opencode.ai/config.json',
    autoupdate: false,
    share: 'disabled',
    model: 'scripted/scripted-1',
    small_model: 'scripted/scripted-1',
    enabled_providers: ['scripted'],
    provider: {
      scripted: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Scripted',
        options: { baseURL: `${modelUrl}/v1`, apiKey: 'scripted-key' },
        models: { 'scripted-1': { ...model, cost: { input: 3, output: 15 } } },
      },
    },
  };
}
