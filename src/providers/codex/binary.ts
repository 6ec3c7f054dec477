import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DockError } from '../../contracts/errors.ts';
import type { DriverContext } from '../driver.ts';
import { resolveBinary } from '../process/resolveBinary.ts';

const targets: Readonly<Record<string, { readonly pkg: string; readonly triple: string }>> = {
  'linux-x64': { pkg: '@openai/codex-linux-x64', triple: 'x86_64-unknown-linux-musl' },
  'linux-arm64': { pkg: '@openai/codex-linux-arm64', triple: 'aarch64-unknown-linux-musl' },
  'darwin-x64': { pkg: '@openai/codex-darwin-x64', triple: 'x86_64-apple-darwin' },
  'darwin-arm64': { pkg: '@openai/codex-darwin-arm64', triple: 'aarch64-apple-darwin' },
  'win32-x64': { pkg: '@openai/codex-win32-x64', triple: 'x86_64-pc-windows-msvc' },
  'win32-arm64': { pkg: '@openai/codex-win32-arm64', triple: 'aarch64-pc-windows-msvc' },
};

/** The program to start; undefined when there is none. */
export async function findCodex(context: DriverContext): Promise<string | undefined> {
  const found = await resolveBinary({
    name: 'codex',
    variable: 'AGENTDOCK_CODEX_BIN',
    setting: context.binary,
    environment: context.environment,
  });
  return found && (nativeBinary(found.path) ?? found.path);
}

export async function requireCodex(context: DriverContext): Promise<string> {
  const file = await findCodex(context);
  if (file !== undefined) return file;
  throw new DockError('provider_missing', 'The Codex CLI was not found.', {
    hint: 'Install it with `npm install -g @openai/codex`, or set the path in AgentDock’s settings or in AGENTDOCK_CODEX_BIN.',
  });
}

/**
 * npm installs a Node script that starts the program proper; killed, it would leave the program behind.
 * Undefined for a file that is no such script.
 */
export function nativeBinary(
  shim: string,
  machine = `${process.platform}-${process.arch}`,
): string | undefined {
  const target = targets[machine];
  const script = shimScript(shim);
  if (target === undefined || script === undefined) return undefined;
  const name = machine.startsWith('win32') ? 'codex.exe' : 'codex';
  return vendorFolders(script, target.pkg)
    .map(folder => path.join(folder, target.triple, 'bin', name))
    .find(isFile);
}

/** Unix: a link to the script. Windows: `codex.cmd` beside the folder it is installed in. */
function shimScript(shim: string): string | undefined {
  try {
    const real = realpathSync(shim);
    if (path.basename(real) === 'codex.js') return real;
  } catch {
    return undefined;
  }
  const script = path.join('@openai', 'codex', 'bin', 'codex.js');
  const folder = path.dirname(shim);
  const near = [path.join(folder, 'node_modules', script), path.join(folder, '..', script)];
  return /\.(cmd|ps1)$/i.test(shim) ? near.find(isFile) : undefined;
}

function vendorFolders(script: string, pkg: string): readonly string[] {
  const own = path.join(path.dirname(script), '..', 'vendor');
  try {
    const manifest = createRequire(script).resolve(`${pkg}/package.json`);
    return [path.join(path.dirname(manifest), 'vendor'), own];
  } catch {
    return [own];
  }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
