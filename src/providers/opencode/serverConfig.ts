import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';

/** The person's variables that would take the driver's own settings away again. */
const displaced = [
  'OPENCODE_PERMISSION',
  'OPENCODE_PURE',
  'OPENCODE_SERVER_USERNAME',
  'OPENCODE_SERVER_PASSWORD',
  'OPENCODE_CONFIG_CONTENT',
];

/**
 * Sub-agents' sessions do not inherit what their parent must ask for, so every change asks by default. The session
 * rules of a thread come behind these and say what its mode allows.
 */
const subAgentsAsk = { edit: 'ask', bash: 'ask', webfetch: 'ask', websearch: 'ask' };

export interface ServerSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly password: string;
  readonly pluginFiles: readonly string[];
  readonly temporaryFolder: string;
  /** Name and value that mark the server's processes. */
  readonly mark: readonly [string, string];
}

/** The person's environment and OpenCode's settings of this server. The person's providers and models stay. */
export function serverEnvironment(settings: ServerSettings): Record<string, string> {
  const { environment, password, pluginFiles, temporaryFolder, mark } = settings;
  const kept = Object.entries(environment).filter(([name]) => !displaced.includes(name));
  return {
    // The start waits for packages of plugins; without the network each retry would cost it half a minute.
    npm_config_fetch_retries: '0',
    npm_config_fetch_timeout: '15000',
    ...Object.fromEntries(kept),
    OPENCODE_SERVER_PASSWORD: password,
    OPENCODE_CONFIG_CONTENT: JSON.stringify(config(pluginFiles, environment['OPENCODE_CONFIG_CONTENT'])),
    // A repository's own config may start programs and widen permissions.
    OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    // It would hide the tools of MCP servers, ours included, behind one that runs scripts.
    OPENCODE_EXPERIMENTAL_CODE_MODE: 'false',
    TMPDIR: temporaryFolder,
    TMP: temporaryFolder,
    TEMP: temporaryFolder,
    [mark[0]]: mark[1],
  };
}

const ownConfigSchema = z.looseObject({
  plugin: z.array(z.unknown()).optional(),
  experimental: z.looseObject({}).optional(),
});

function config(pluginFiles: readonly string[], own: string | undefined): object {
  const person = own === undefined ? {} : ownConfig(own);
  return {
    ...person,
    autoupdate: false,
    share: 'disabled',
    plugin: [...(person.plugin ?? []), ...pluginFiles.map(file => pathToFileURL(file).href)],
    permission: subAgentsAsk,
    // A refusal is an answer the model reads, not the end of its turn.
    experimental: { ...person.experimental, continue_loop_on_deny: true },
  };
}

function ownConfig(text: string): z.infer<typeof ownConfigSchema> {
  try {
    return ownConfigSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DockError(
      'invalid_arguments',
      'OPENCODE_CONFIG_CONTENT in your environment is not plain JSON.',
      {
        hint: 'Write it without comments, or move it into ~/.config/opencode/opencode.jsonc.',
        cause,
      },
    );
  }
}
