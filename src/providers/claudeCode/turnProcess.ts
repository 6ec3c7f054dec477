import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessRef } from '../../contracts/thread.ts';
import { endEntries, endMarked } from '../process/endTree.ts';
import { readLines } from '../process/lines.ts';
import { type CliExit, type CliOptions, spawnCli } from '../process/spawnCli.ts';
import { endStarted, processRefOf } from '../process/startedProcess.ts';
import { trackDescendants } from '../process/trackDescendants.ts';
import { brokenBinary, missingFolder } from './errors.ts';

export interface TurnProcess {
  /** Undefined when it ended right after its start. */
  readonly ref: ProcessRef | undefined;
  /** Settles when the program itself has ended. */
  readonly exited: Promise<CliExit>;
  /** Settles when nothing of the thread runs any more and all it said was read; rejects with what `onLine` throws. */
  readonly finished: Promise<CliExit>;
  /** False when nobody reads any more. */
  send(message: object): Promise<boolean>;
  closeInput(): void;
  kill(): Promise<void>;
  stderrTail(): string;
}

export interface ProcessOptions {
  readonly cli: CliOptions;
  readonly threadId: string;
  readonly onLine: (line: string) => void;
}

/** A process that inherited the pipe without our mark must not hold up the end of a turn. */
const lastLinesMs = 2_000;

/** Starts the CLI of one turn. Rejects with a DockError when it cannot be run. */
export async function startProcess({ cli: options, threadId, onLine }: ProcessOptions): Promise<TurnProcess> {
  const cli = spawnCli(options);
  if (cli.pid === undefined) {
    // A missing folder looks like a missing program.
    if (!existsSync(options.workingDir)) throw missingFolder(options.workingDir);
    throw brokenBinary(options.file, (await cli.exited).error);
  }
  const descendants = trackDescendants(cli.pid);
  const reading = readLines(cli.stdout, onLine);
  const ref = await processRefOf({ ...cli, pid: cli.pid }, 'claude', false).catch(async (error: unknown) => {
    descendants.stop();
    void reading.catch(() => undefined);
    await endMarked(threadId).catch(() => 0);
    throw error;
  });
  const kill = async (): Promise<void> => {
    if (ref !== undefined) await endStarted(cli, ref);
  };
  const finish = async (): Promise<CliExit> => {
    const exit = await cli.exited;
    descendants.stop();
    await kill();
    await endEntries(descendants.snapshot());
    await endMarked(threadId);
    await Promise.race([reading, pause(lastLinesMs, undefined, { ref: false })]);
    return exit;
  };
  return {
    ref,
    exited: cli.exited,
    finished: finish(),
    send: message => cli.write(`${JSON.stringify(message)}\n`),
    closeInput: () => cli.endInput(),
    kill,
    stderrTail: () => cli.stderrTail(),
  };
}
