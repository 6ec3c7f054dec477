import type { ThreadId } from '../contracts/ids.ts';
import type { ProcessRef, Thread } from '../contracts/thread.ts';
import { agentMarks, isOwnMark, threadMark } from '../core/agentMarks.ts';
import type { ProcessName } from '../providers/process/processTable.ts';
import type { Environment } from '../providers/process/readEnvironment.ts';
import type { Caller } from '../tools/toolContext.ts';

/** A process of the caller's line. */
export interface LineProcess extends ProcessName {
  /** Undefined where the platform hides it. */
  readonly environment: Environment | undefined;
}

/** What a client says of itself. */
export interface Declared {
  readonly marks: readonly string[];
  readonly thread: ThreadId | undefined;
}

export interface KnownThreads {
  readonly all: ReadonlyMap<ThreadId, Thread>;
  /** Those not at rest: only they have processes. */
  readonly active: ReadonlyMap<ThreadId, Thread>;
}

/**
 * Who the calling process is, from the line of processes it stands in (itself first): the person if nothing in it
 * carries the mark of an agent or belongs to a thread; else an agent, of the thread that the line itself shows. What
 * the client declares can make it an agent, but names its thread only where no environment can be read.
 */
export function callerOf(line: readonly LineProcess[], declared: Declared, threads: KnownThreads): Caller {
  if (line.length === 0) {
    return { kind: 'agent', place: 'unknown', why: 'the calling process cannot be looked at' };
  }
  const isBelowThread = line.some(process => threadsOn(process, threads).length > 0);
  const marks = [...declared.marks, ...line.flatMap(({ environment = {} }) => agentMarks(environment))];
  if (marks.length === 0 && !isBelowThread) return { kind: 'person' };

  const why = whyAgent(declared.marks[0], marks[0]);
  const thread = threadOf(line, declared, threads);
  if (thread !== undefined) return { kind: 'agent', place: 'thread', thread, why };
  return { kind: 'agent', place: isBelowThread || marks.some(isOwnMark) ? 'unknown' : 'outside', why };
}

function whyAgent(declared: string | undefined, mark: string | undefined): string {
  if (declared !== undefined) return `${declared} marks the caller as an agent`;
  return mark === undefined
    ? 'the caller runs inside a thread'
    : `${mark} marks a process above the caller as an agent`;
}

/**
 * The outermost process that shows a thread decides: an agent can give what it starts any environment, and leaves its
 * own as it is. Below a server of many threads only those count that it works for.
 */
function threadOf(
  line: readonly LineProcess[],
  declared: Declared,
  threads: KnownThreads,
): ThreadId | undefined {
  let possible: (id: ThreadId) => boolean = id => threads.all.has(id);
  for (const process of line.toReversed()) {
    const served = threadsOn(process, threads);
    const own = served.find(({ turn }) => turn?.process?.shared === false);
    if (own !== undefined) return own.id;
    if (served.length > 0) possible = id => served.some(thread => thread.id === id);
    const marked = process.environment?.[threadMark];
    if (marked !== undefined && possible(marked)) return marked;
  }
  const isHidden = line.every(({ environment }) => environment === undefined);
  return isHidden && declared.thread !== undefined && possible(declared.thread) ? declared.thread : undefined;
}

/** Those whose running turn has the process: one, or all that a shared server works for. */
function threadsOn(process: LineProcess, { active }: KnownThreads): readonly Thread[] {
  return [...active.values()].filter(({ turn }) => isSame(turn?.process, process));
}

function isSame(ref: ProcessRef | undefined, process: LineProcess): boolean {
  return ref?.pid === process.pid && ref.start_time === process.start_time;
}
