import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProviderHealth } from '../../contracts/provider.ts';
import type { DriverContext } from '../driver.ts';
import { launchable } from '../process/resolveBinary.ts';
import type { ServerPool } from '../process/serverPool.ts';
import type { AppServer } from './appServer.ts';
import { findCodex } from './binary.ts';
import { toDockError } from './classifyError.ts';
import { readAccount } from './credential.ts';
import { readEffectiveConfig } from './effectiveConfig.ts';
import { testedVersion } from './launch.ts';

const run = promisify(execFile);
/** It may wait for a keychain that nobody unlocks; the server is then asked instead. */
const loginStatusMs = 10_000;

export async function checkCodexHealth(
  context: DriverContext,
  pool: ServerPool<AppServer>,
  signal: AbortSignal,
): Promise<ProviderHealth> {
  const path = await findCodex(context);
  if (path === undefined) {
    return {
      provider: 'codex',
      installed: false,
      tested_version: testedVersion,
      signed_in: 'unknown',
      status: 'offline',
      message: 'Not found. Install it with `npm install -g @openai/codex`, or set its path.',
    };
  }
  const found = { provider: 'codex', installed: true, path, tested_version: testedVersion } as const;
  const version = /\d+\.\d+\.\d+\S*/.exec((await output(context, path, ['--version'], signal)) ?? '')?.[0];
  if (version === undefined) {
    const message = '`codex --version` did not work. Reinstall Codex, or set the path of another one.';
    return { ...found, signed_in: 'unknown', status: 'offline', message };
  }
  const credential = await findCredential(context, pool, path, signal);
  const isReady = credential.signedIn !== 'no' && credential.problem === undefined;
  return {
    ...found,
    version,
    signed_in: credential.signedIn,
    status: isReady ? 'healthy' : 'offline',
    message: [
      credential.problem ?? 'Ready.',
      // Updates come every few days: one that nobody has tried here is no fault.
      ...(version === testedVersion ? [] : [`AgentDock is tested with version ${testedVersion}.`]),
    ].join(' '),
  };
}

interface Credential {
  readonly signedIn: ProviderHealth['signed_in'];
  /** What is wrong and what to do. */
  readonly problem?: string;
}

/** `codex login status` knows about OpenAI accounts only; what the config says takes a server to know. */
async function findCredential(
  context: DriverContext,
  pool: ServerPool<AppServer>,
  path: string,
  signal: AbortSignal,
): Promise<Credential> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(loginStatusMs)]);
  if ((await output(context, path, ['login', 'status'], soon)) !== undefined) return { signedIn: 'yes' };
  try {
    const server = await pool.acquire();
    let isStale = false;
    try {
      const account = await readAccount(server.connection);
      if (account === 'yes') return { signedIn: 'yes' };
      if (account === 'no') {
        // It would not see the login either.
        isStale = true;
        return { signedIn: 'no', problem: 'Not signed in: run `codex login`.' };
      }
      const { config } = await readEffectiveConfig(server.connection, context.workspace);
      const key = config.model_providers?.[config.model_provider ?? '']?.env_key;
      if (!key) return { signedIn: 'unknown' };
      if (context.environment[key]) return { signedIn: 'yes' };
      return {
        signedIn: 'no',
        problem: `The environment variable ${key}, which your Codex config names, is not set.`,
      };
    } finally {
      pool.release(isStale);
    }
  } catch (error) {
    return { signedIn: 'unknown', problem: toDockError(error).message };
  }
}

/** What the command printed; undefined when it failed. */
async function output(
  context: DriverContext,
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const launch = launchable(file, args);
  try {
    const { stdout } = await run(launch.file, launch.args, {
      ...launch.options,
      env: { ...context.environment },
      cwd: context.runtimeDir,
      signal,
    });
    return stdout;
  } catch {
    return undefined;
  }
}
