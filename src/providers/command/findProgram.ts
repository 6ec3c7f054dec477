import path from 'node:path';
import { DockError } from '../../contracts/errors.ts';
import { type Launch, launchable, resolveBinary } from '../process/resolveBinary.ts';

/** How to start `command` (program and arguments) in `workingDir`. */
export async function findProgram(
  command: readonly string[] | undefined,
  workingDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<Launch> {
  const [program, ...args] = command ?? [];
  if (!program) {
    throw new DockError('invalid_arguments', 'Expected `command` to hold a program, got none.');
  }
  if ([program, ...args].some(word => word.includes('\0'))) {
    throw new DockError('invalid_arguments', 'Expected `command` to hold no NUL character.');
  }
  const isPath = path.basename(program) !== program;
  const name = isPath ? path.resolve(workingDir, program) : program;
  const found = await resolveBinary({ name, variable: undefined, setting: undefined, environment });
  if (found === undefined) {
    throw new DockError('provider_missing', `The program ${program} was not found, or it cannot be run.`, {
      hint: isPath
        ? `Expected an executable file at ${name}.`
        : 'Install it, or put its folder on the PATH and restart the AgentDock host.',
    });
  }
  return launchable(found.path, args);
}
