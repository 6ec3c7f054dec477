import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { projectRoot } from '../rigs/projectRoot.ts';

export const cliScript = join(projectRoot, 'dist', 'cli.js');

export interface CliRunOptions {
  /** The complete environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin?: string | Uint8Array;
  /** Default: long enough for a whole turn beside others. */
  readonly timeoutMs?: number;
}

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; throws when it is not. */
  json(): unknown;
}

/**
 * Starts the command as a job whose shell ends at once, so that its ancestors are not those of the test: whoever runs
 * the tests, the command stands in a terminal of the person's. Input and exit code have pipes of their own, since Node
 * closes the first one when that shell ends.
 */
const orphan = '{ "$@" 3>&- 4<&-; echo "$?" >&3; } <&4 &';

/** Runs `node dist/cli.js` to its end. */
export async function runDockCli(args: readonly string[], options: CliRunOptions): Promise<CliRun> {
  return runInTerminal([process.execPath, cliScript, ...args], options);
}

/** Runs any program to its end as a person would from a terminal. */
export async function runInTerminal(words: readonly string[], options: CliRunOptions): Promise<CliRun> {
  const child = spawn('/bin/sh', ['-c', orphan, 'sh', ...words], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  const [, , , status, stdin] = child.stdio;
  if (!(stdin instanceof Writable && status instanceof Readable && stdout && stderr)) {
    throw new Error('Expected pipes to the command.');
  }
  const timer = setTimeout(() => endGroup(child.pid), options.timeoutMs ?? 180_000);
  // The command may end without reading its input.
  stdin.on('error', () => undefined);
  stdin.end(options.stdin ?? '');
  const [out, err, code] = await Promise.all([text(stdout), text(stderr), text(status)]);
  clearTimeout(timer);
  if (code.trim() === '') throw new Error(`${words.join(' ')} did not end by itself:\n${out}\n${err}`);
  return {
    code: Number(code),
    stdout: out,
    stderr: err,
    json: () => {
      const value: unknown = JSON.parse(out);
      return value;
    },
  };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
