import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { ProviderHealth } from '../../contracts/provider.ts';
import type { DriverContext } from '../driver.ts';
import { launchable } from '../process/resolveBinary.ts';
import type { ServerPool } from '../process/serverPool.ts';
import { findOpencode, testedVersion } from './binary.ts';
import { hasOwnProvider } from './chooseModel.ts';
import { findPlugins } from './projectFiles.ts';
import { startAgain } from './startAgain.ts';
import type { OpencodeServer } from './startServer.ts';

const run = promisify(execFile);

export async function checkOpencodeHealth(
  context: DriverContext,
  pool: ServerPool<OpencodeServer>,
  signal: AbortSignal,
): Promise<ProviderHealth> {
  const file = await findOpencode(context);
  if (file === undefined) {
    return {
      provider: 'opencode',
      installed: false,
      tested_version: testedVersion,
      signed_in: 'unknown',
      status: 'offline',
      message: 'Not found. Install it with `npm install -g opencode-ai`, or set its path.',
    };
  }
  const found = { provider: 'opencode', installed: true, path: file, tested_version: testedVersion } as const;
  const said = await output(context, file, ['--version'], signal).catch(() => '');
  const version = /\d+\.\d+\.\d+\S*/.exec(said)?.[0];
  if (version === undefined) {
    const message = '`opencode --version` did not work. Reinstall OpenCode, or set the path of another one.';
    return { ...found, signed_in: 'unknown', status: 'offline', message };
  }
  const signedIn = await isSignedIn(context, pool, file, signal);
  const plugins = await findPlugins(context.workspace, context.workspace);
  const remarks = [
    ...(signedIn === 'no'
      ? [
          'No provider has a credential: run `opencode auth login`, or name a provider in your OpenCode config.',
        ]
      : ['Ready.']),
    // Updates come every few days: one that nobody has tried here is no fault.
    ...(version === testedVersion ? [] : [`AgentDock is tested with version ${testedVersion}.`]),
    ...(plugins.length === 0 ? [] : [`OpenCode runs this repository’s own plugins: ${plugins.join(', ')}.`]),
  ];
  return {
    ...found,
    version,
    signed_in: signedIn,
    status: signedIn === 'no' ? 'offline' : plugins.length === 0 ? 'healthy' : 'degraded',
    message: remarks.join(' '),
  };
}

/** A running server knows; else the list of models tells, in which unusable providers are missing. */
async function isSignedIn(
  context: DriverContext,
  pool: ServerPool<OpencodeServer>,
  file: string,
  signal: AbortSignal,
): Promise<ProviderHealth['signed_in']> {
  const server = await pool.current();
  const catalog = await server?.api.catalog(context.workspace).catch(() => undefined);
  if (catalog !== undefined) return hasOwnProvider(catalog) ? 'yes' : 'no';
  const listed = startAgain(() => output(context, file, ['models'], signal), signal);
  const models = await listed.catch(() => undefined);
  if (models === undefined) return 'unknown';
  const names = models.split('\n').filter(line => line.includes('/'));
  if (names.some(name => !name.startsWith('opencode/'))) return 'yes';
  return (await hasOpencodeKey(context.environment)) ? 'yes' : 'no';
}

const authSchema = z.looseObject({ opencode: z.unknown() });

/** OpenCode's own models are listed for everybody, the free ones; with a key they are the person's. */
async function hasOpencodeKey(environment: Readonly<Record<string, string>>): Promise<boolean> {
  if (environment['OPENCODE_API_KEY']) return true;
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
  const data = environment['XDG_DATA_HOME'] ?? path.join(home, '.local', 'share');
  try {
    const auth: unknown = JSON.parse(await readFile(path.join(data, 'opencode', 'auth.json'), 'utf8'));
    return authSchema.parse(auth).opencode !== undefined;
  } catch {
    return false;
  }
}

/** What the command printed. Rejects when it failed. */
async function output(
  context: DriverContext,
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const launch = launchable(file, args);
  // It unpacks native libraries into the temporary folder and leaves them there.
  const folder = await mkdtemp(path.join(context.runtimeDir, 'opencode-look-'));
  try {
    const environment = {
      ...context.environment,
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      npm_config_fetch_retries: '0',
      TMPDIR: folder,
      TMP: folder,
      TEMP: folder,
    };
    const options = { ...launch.options, env: environment, cwd: folder, signal };
    return (await run(launch.file, launch.args, options)).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
