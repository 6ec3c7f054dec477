import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DriverContext } from '../driver.ts';
import { resolveBinary } from '../process/resolveBinary.ts';

/** Anything smaller is a script of npm, or what it leaves where install scripts do not run. */
const smallestBinary = 1024 * 1024;

/** The CLI's path; the native program itself where npm put only a small launcher on the PATH. */
export async function findClaude(
  context: Pick<DriverContext, 'binary' | 'environment'>,
): Promise<string | undefined> {
  const found = await resolveBinary({
    name: 'claude',
    variable: 'AGENTDOCK_CLAUDE_BIN',
    setting: context.binary,
    environment: context.environment,
  });
  if (found === undefined) return undefined;
  return (await nativeBeside(found.path)) ?? found.path;
}

async function nativeBeside(launcher: string): Promise<string | undefined> {
  const real = await realpath(launcher).catch(() => launcher);
  if ((await sizeOf(real)) >= smallestBinary) return undefined;
  const program = process.platform === 'win32' ? 'claude.exe' : 'claude';
  const scope = path.join('node_modules', '@anthropic-ai');
  const native = `claude-code-${process.platform}-${process.arch}`;
  const folder = path.dirname(real);
  const places = [
    // From bin/ of the package to its platform package, installed beside it or inside it.
    path.join(folder, '..', '..', native, program),
    path.join(folder, '..', scope, native, program),
    // From the .cmd file that npm writes on Windows.
    path.join(folder, scope, 'claude-code', 'bin', 'claude.exe'),
    path.join(folder, scope, native, program),
    path.join(folder, scope, 'claude-code', scope, native, program),
  ];
  for (const place of places) {
    if ((await sizeOf(place)) >= smallestBinary) return path.normalize(place);
  }
  return undefined;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
