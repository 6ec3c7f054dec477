import path from 'node:path';
import type { ProcessRef } from '../../contracts/thread.ts';
import type { TurnSink } from '../driver.ts';
import { endEntries, endMarked } from '../process/endTree.ts';
import type { Launch } from '../process/resolveBinary.ts';
import { endStarted, processRefOf } from '../process/startedProcess.ts';
import { trackDescendants } from '../process/trackDescendants.ts';
import { loadPty } from './loadPty.ts';
import { type Program, type ProgramExit, startProgram } from './program.ts';

export interface TerminalOptions {
  readonly threadId: string;
  readonly launch: Launch;
  readonly workingDir: string;
  /** With the thread's mark. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sink: TurnSink;
  readonly stopping: AbortSignal;
  readonly onData: (data: string) => void;
  readonly onStarted: (program: Program, ref: ProcessRef | undefined) => void | Promise<void>;
}

/** For the terminal program to leave by itself after SIGTERM. */
const graceMs = 3_000;
const leftoverGraceMs = 1_000;

/**
 * Runs a provider's own terminal program to its end, and ends whatever it leaves. Starting it is what cannot be taken
 * back, so `promptSending` comes before it and the pid after; a host that dies in between finds it by its mark.
 */
export async function runTerminal(options: TerminalOptions): Promise<ProgramExit> {
  const { threadId, launch, workingDir, environment, sink, stopping } = options;
  const spawn = await loadPty();
  await sink.promptSending();
  stopping.throwIfAborted();
  const program = startProgram(spawn, { launch, workingDir, environment, onData: options.onData });
  const tracker = trackDescendants(program.pid);
  let ref: ProcessRef | undefined;
  const stop = () => {
    if (ref !== undefined) void endStarted(program, ref, { graceMs }).catch(() => undefined);
  };
  try {
    ref = await processRefOf(program, path.basename(launch.file), false);
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    if (ref !== undefined) await sink.processStarted(ref);
    await options.onStarted(program, ref);
    return await program.exited;
  } finally {
    stopping.removeEventListener('abort', stop);
    tracker.stop();
    // A program still there is that of a turn the sink refused.
    if (ref !== undefined) await endStarted(program, ref, { graceMs: 0 });
    await endMarked(threadId, { graceMs: leftoverGraceMs });
    await endEntries(tracker.snapshot());
  }
}
