import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DockError } from '../../contracts/errors.ts';

const run = promisify(execFile);

/** Runs a program of the operating system, without a shell, and returns what it printed. */
export async function runTool(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout } = await run(file, [...args], {
      env: environment,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      timeout: 20_000,
      windowsHide: true,
    });
    return stdout;
  } catch (cause) {
    throw new DockError('unknown', `Could not run ${file} of the operating system.`, { cause });
  }
}
