import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { DockError } from '../../contracts/errors.ts';
import type { ProcessRef } from '../../contracts/thread.ts';
import { threadMark } from '../../core/agentMarks.ts';
import type { RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { endEntries, endMarked } from '../process/endTree.ts';
import { endStarted, processRefOf } from '../process/startedProcess.ts';
import { trackDescendants } from '../process/trackDescendants.ts';
import type { SpawnPty } from '../pty/loadPty.ts';
import { createOutputBatch } from '../pty/outputBatch.ts';
import { type Program, startProgram } from '../pty/program.ts';
import { waitForExit } from '../pty/waitForExit.ts';
import { findProgram } from './findProgram.ts';
import { createOutputTail } from './resultText.ts';
import { endOfError, endOfProgram } from './turnEnd.ts';

export interface CommandTurnOptions {
  readonly request: TurnRequest;
  readonly sink: TurnSink;
  readonly environment: Readonly<Record<string, string>>;
  readonly loadPty: () => Promise<SpawnPty>;
}

/** Time for what the program left behind to end after SIGTERM. */
const leftoverGraceMs = 1_000;

export function startCommandTurn(options: CommandTurnOptions): RunningTurn {
  const stopping = new AbortController();
  let program: Program | undefined;
  const ended = runTurn(options, stopping.signal, started => {
    program = started;
  }).catch(endOfError);
  return {
    ended,
    steer: async () => {
      throw new DockError('conflict', 'A command takes no messages.', { hint: 'Type into its terminal.' });
    },
    interrupt: async () => {
      stopping.abort();
      await ended;
    },
    write: data => program?.write(data),
    resize: (columns, rows) => program?.resize(columns, rows),
  };
}

/**
 * Starting the program is what cannot be taken back, so `promptSending` comes before it and the pid after. A host that
 * dies in between finds the program by its mark.
 */
async function runTurn(
  { request, sink, ...options }: CommandTurnOptions,
  stopping: AbortSignal,
  onStarted: (program: Program) => void,
): Promise<TurnEnd> {
  refuseOtherModes(request);
  const environment = { ...options.environment, [threadMark]: request.threadId, TERM: 'xterm-256color' };
  const launch = await findProgram(request.command, request.workingDir, environment);
  const spawn = await options.loadPty();
  await sink.sessionBound({ id: request.session?.id ?? `command-${randomUUID()}` });
  await sink.promptSending();
  if (stopping.aborted) return { outcome: 'interrupted' };

  const tail = createOutputTail();
  const batch = createOutputBatch(data => {
    tail.add(data);
    sink.event({ type: 'output', data });
  });
  const { workingDir } = request;
  const program = startProgram(spawn, { launch, workingDir, environment, onData: batch.add });
  onStarted(program);
  const tracker = trackDescendants(program.pid);
  let ref: ProcessRef | undefined;
  try {
    // A program that has ended already leaves no process to note.
    ref = await processRefOf(program, path.basename(launch.file), false);
    if (ref !== undefined) await sink.processStarted(ref);
    await sink.turnStarted();
    batch.open();
    const exit = await waitForExit(program, ref, stopping).finally(batch.end);
    return endOfProgram(exit, stopping.aborted, tail.text());
  } finally {
    tracker.stop();
    // A program still there is that of a turn the sink refused.
    if (ref !== undefined) await endStarted(program, ref, { graceMs: 0 });
    await endMarked(request.threadId, { graceMs: leftoverGraceMs });
    await endEntries(tracker.snapshot());
  }
}

/** Any other mode would promise what nothing holds. */
function refuseOtherModes({ permissionMode }: TurnRequest): void {
  if (permissionMode === 'full') return;
  throw new DockError('permission_denied', `A command cannot run in the permission mode ${permissionMode}.`, {
    hint: 'Nothing holds a program back, so it needs the mode full, which only the person gives.',
  });
}
