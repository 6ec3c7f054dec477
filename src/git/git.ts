import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';
import { programPaths } from '../core/programPaths.ts';

const run = promisify(execFile);
const mostOutput = 64 * 1024 * 1024;

/**
 * A repository that came in an archive brings its own configuration, which names programs. None of them is run, whoever
 * owns the repository: so it does not matter whose it is. `filtersOff.ts` holds what commands need beside this that read
 * the files themselves.
 */
const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'safe.directory=*'];

/** The one way to ask git. Runs it in the folder and returns what it printed; rejects where it fails. */
export async function git(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { stdout } = await run(await findGit(), [...safe, '-C', folder, ...args], {
    env: gitEnvironment(process.env),
    encoding: 'utf8',
    maxBuffer: mostOutput,
    signal,
    windowsHide: true,
  });
  return stdout;
}

/** Never the one of the folder that it is to look at, which Windows would look into first. */
async function findGit(): Promise<string> {
  for (const file of programPaths('git', process.env, process.platform)) {
    if (await isRunnable(file)) return file;
  }
  throw new Error('There is no git on PATH.');
}

async function isRunnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** What a hook or an alias of git sets would lead to another repository. */
function gitEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !name.toUpperCase().startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // What a partial clone lacks is fetched on demand, by whatever program it names; older gits know the second alone.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
}
