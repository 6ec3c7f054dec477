import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessRef } from '../../contracts/thread.ts';
import { endStarted } from '../process/startedProcess.ts';
import type { Program, ProgramExit } from './program.ts';

const controlC = '\x03';
/** How long a program may take to end after Ctrl+C, and then after SIGTERM. */
const controlCGraceMs = 2_000;
const termGraceMs = 1_000;

/** How the program ended: by itself or, once `stopping` is aborted, because it had to. */
export async function waitForExit(
  program: Program,
  ref: ProcessRef | undefined,
  stopping: AbortSignal,
): Promise<ProgramExit> {
  await Promise.race([program.exited, aborted(stopping)]);
  if (!stopping.aborted) return program.exited;

  program.write(controlC);
  const grace = new AbortController();
  await Promise.race([program.exited, pause(controlCGraceMs, undefined, { signal: grace.signal })]);
  grace.abort();
  if (ref !== undefined) await endStarted(program, ref, { graceMs: termGraceMs });
  return program.exited;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
}
