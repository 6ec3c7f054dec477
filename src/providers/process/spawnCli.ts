import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { killGroup } from './killGroup.ts';
import { launchable } from './resolveBinary.ts';

export interface CliOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly workingDir: string;
  /** The whole environment, marks included. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface CliExit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Why the program could not be started at all. */
  readonly error?: NodeJS.ErrnoException;
}

export interface Cli {
  /** Undefined when the program could not be started: `exited` says why. */
  readonly pid: number | undefined;
  readonly stdout: Readable;
  /** Resolves when the pipe has taken the text; false when nobody reads any more. */
  write(text: string): Promise<boolean>;
  endInput(): void;
  /** Hard, with its process group, and without a look at the process table. */
  kill(): Promise<void>;
  /** The last 8 kB of stderr. */
  stderrTail(): string;
  /** Settles when the program itself has ended (children may still hold its pipes); never rejects. */
  readonly exited: Promise<CliExit>;
}

const stderrTailBytes = 8 * 1024;

/** Starts a CLI with pipes in a process group of its own, so that a signal to ours does not reach it. */
export function spawnCli(options: CliOptions): Cli {
  const launch = launchable(options.file, options.args);
  const child = spawn(launch.file, launch.args, {
    ...launch.options,
    cwd: options.workingDir,
    env: { ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const exited = new Promise<CliExit>(resolve => {
    child.once('error', error => resolve({ code: undefined, signal: undefined, error }));
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  // A pipe whose reader has gone reports EPIPE here too; `write` already says so.
  child.stdin.on('error', () => undefined);
  return {
    pid: child.pid,
    stdout: child.stdout,
    write: text => write(child, text),
    endInput: () => child.stdin.end(),
    kill: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        await killGroup(child.pid);
    },
    stderrTail: tailOf(child.stderr),
    exited,
  };
}

async function write(child: ChildProcessWithoutNullStreams, text: string): Promise<boolean> {
  if (!child.stdin.writable) return false;
  return new Promise(resolve => child.stdin.write(text, 'utf8', error => resolve(!error)));
}

function tailOf(stream: Readable): () => string {
  let tail = Buffer.alloc(0);
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-stderrTailBytes);
  });
  return () => tail.toString('utf8');
}
