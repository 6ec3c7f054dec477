import { execFile } from 'node:child_process';
import * as z from 'zod';
import type { ProviderHealth } from '../../contracts/provider.ts';
import type { DriverContext } from '../driver.ts';
import { launchable } from '../process/resolveBinary.ts';
import { missingBinary } from './errors.ts';
import { findClaude } from './findClaude.ts';

export const testedVersion = '2.1.197';

const provider = 'claude_code';
const authSchema = z.looseObject({ loggedIn: z.boolean() });

/** Asks the CLI itself; no call to the model. */
export async function checkHealth(context: DriverContext, signal: AbortSignal): Promise<ProviderHealth> {
  const path = await findClaude(context);
  if (path === undefined) {
    const { message, hint } = missingBinary();
    return {
      provider,
      installed: false,
      tested_version: testedVersion,
      signed_in: 'unknown',
      status: 'offline',
      message: `${message} ${hint}`,
    };
  }
  const [versionText, authText] = await Promise.all([
    outputOf(context, path, ['--version'], signal),
    outputOf(context, path, ['auth', 'status', '--json'], signal),
  ]);
  const version = /\d+\.\d+\.\d+\S*/.exec(versionText)?.[0];
  const signedIn = signedInOf(authText);
  return {
    provider,
    installed: true,
    path,
    ...(version === undefined ? {} : { version }),
    tested_version: testedVersion,
    signed_in: signedIn,
    ...verdict(version, signedIn),
  };
}

function verdict(
  version: string | undefined,
  signedIn: ProviderHealth['signed_in'],
): Pick<ProviderHealth, 'status' | 'message'> {
  if (version === undefined) {
    return {
      status: 'offline',
      message: 'Claude Code does not start. Install it again, or correct its path.',
    };
  }
  if (signedIn === 'no') {
    const message = 'Not signed in. Run `claude` in a terminal and use /login, or set ANTHROPIC_API_KEY.';
    return { status: 'offline', message };
  }
  if (signedIn === 'unknown') {
    return { status: 'degraded', message: 'Claude Code does not say whether it is signed in.' };
  }
  if (version !== testedVersion) {
    return { status: 'healthy', message: `Signed in. AgentDock is tested with version ${testedVersion}.` };
  }
  return { status: 'healthy', message: 'Signed in.' };
}

function signedInOf(text: string): ProviderHealth['signed_in'] {
  try {
    const status = authSchema.safeParse(JSON.parse(text));
    if (!status.success) return 'unknown';
    return status.data.loggedIn ? 'yes' : 'no';
  } catch {
    return 'unknown';
  }
}

/** What it prints, also when it fails: a missing login is exit code 1. Empty when it cannot be run in time. */
function outputOf(
  context: DriverContext,
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const launch = launchable(file, args);
  const env = { DISABLE_AUTOUPDATER: '1', ...context.environment };
  return new Promise(resolve => {
    execFile(
      launch.file,
      launch.args,
      // Not in the workspace: a repository's settings can name a credential, which turns do not use.
      { ...launch.options, cwd: context.runtimeDir, env, signal },
      (_error, stdout) => resolve(stdout),
    );
  });
}
