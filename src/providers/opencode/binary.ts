import { readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DockError } from '../../contracts/errors.ts';
import type { DriverContext } from '../driver.ts';
import { resolveBinary } from '../process/resolveBinary.ts';

export const testedVersion = '1.18.33';

/** npm's placeholder is a script of half a kB, the program itself has 180 MB. */
const placeholderBytes = 64 * 1024;

/** The program to start; undefined when there is none. */
export async function findOpencode(context: DriverContext): Promise<string | undefined> {
  const found = await resolveBinary({
    name: 'opencode',
    variable: 'AGENTDOCK_OPENCODE_BIN',
    setting: context.binary,
    environment: context.environment,
  });
  return found && (nativeBinary(found.path) ?? found.path);
}

export async function requireOpencode(context: DriverContext): Promise<string> {
  const file = await findOpencode(context);
  if (file !== undefined) return file;
  throw new DockError('provider_missing', 'OpenCode was not found.', {
    hint: 'Install it with `npm install -g opencode-ai`, or set the path in AgentDock’s settings or in AGENTDOCK_OPENCODE_BIN.',
  });
}

/**
 * The npm package holds a placeholder that its install script replaces by the program; where scripts are off, the
 * program lies in a package beside it. Undefined for a file that is no such placeholder or Windows shim.
 */
export function nativeBinary(file: string, machine = thisMachine()): string | undefined {
  const script = packageBinary(file);
  if (script === undefined) return undefined;
  if (sizeOf(script) > placeholderBytes) return script;
  const name = machine.startsWith('windows') ? 'opencode.exe' : 'opencode';
  return packageNames(machine)
    .map(pkg => packageFolder(script, pkg))
    .flatMap(folder => (folder === undefined ? [] : [path.join(folder, 'bin', name)]))
    .find(candidate => sizeOf(candidate) > placeholderBytes);
}

/** `opencode-ai/bin/opencode.exe`, whether through npm's link or its `.cmd`. */
function packageBinary(file: string): string | undefined {
  const inPackage = path.join('opencode-ai', 'bin', 'opencode.exe');
  try {
    const real = realpathSync(file);
    if (real.endsWith(inPackage)) return real;
  } catch {
    return undefined;
  }
  if (!/\.(cmd|ps1)$/i.test(file)) return undefined;
  const folder = path.dirname(file);
  const near = [path.join(folder, 'node_modules', inPackage), path.join(folder, '..', inPackage)];
  return near.find(candidate => sizeOf(candidate) > 0);
}

function packageNames(machine: string): readonly string[] {
  const base = `opencode-${machine}`;
  const baseline = [`${base}-baseline`, `${base}-baseline-musl`];
  const plain = [base, `${base}-musl`];
  const sorted = isMusl() ? [...plain].reverse() : plain;
  return hasAvx2() ? [...sorted, ...baseline] : [...baseline, ...sorted];
}

function packageFolder(script: string, pkg: string): string | undefined {
  try {
    return path.dirname(createRequire(script).resolve(`${pkg}/package.json`));
  } catch {
    return undefined;
  }
}

function thisMachine(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${platform}-${process.arch}`;
}

/** Machines without it need the `baseline` build. Elsewhere than on Linux it is taken as there. */
function hasAvx2(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return true;
  try {
    return /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return true;
  }
}

function isMusl(): boolean {
  return sizeOf('/etc/alpine-release') > 0;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
