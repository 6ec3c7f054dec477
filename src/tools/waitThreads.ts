import * as z from 'zod';
import { DockError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import type { Thread } from '../contracts/thread.ts';
import { longestAgentWaitS } from '../contracts/toolInputs.ts';
import type { ToolInput, ToolOutput } from '../contracts/tools.ts';
import { isAtRest } from '../core/isAtRest.ts';
import { parentOf, reachableThread } from './access.ts';
import { lackSlot } from './lackSlot.ts';
import { fleet, summaryOf } from './reply.ts';
import type { ToolContext } from './toolContext.ts';

type Input = ToolInput<'wait_threads'>;

/** What the caller last heard of each thread: how many turns it had ended, or what it was waiting for. */
const cursorSchema = z.record(z.string(), z.union([z.number().int(), z.string()]));
type Seen = z.infer<typeof cursorSchema>;

/** Waits until any or all of the threads are at rest; says who still runs when the time is over. */
export async function waitThreads(input: Input, context: ToolContext): Promise<ToolOutput<'wait_threads'>> {
  const seen = readCursor(input.cursor);
  const look = () => input.thread_ids.map(id => reachableThread(context, id));
  const isNews = (thread: Thread) => isAtRest(thread) && seen[thread.id] !== thread.turns_ended;
  const isWaiting = (thread: Thread) => thread.requests.length > 0 && seen[thread.id] !== asking(thread);
  const isEnough = (threads: readonly Thread[]) =>
    // Who waits for an answer goes on only once somebody gives it.
    threads.some(isWaiting) || threads.every(isAtRest) || (input.until === 'any' && threads.some(isNews));

  const asked = new Set(input.thread_ids);
  const wantedMs = input.timeout_s * 1000;
  const timeoutMs = Math.min(wantedMs, longestWaitMs(context));
  const timedOut = await waitUntil(() => isEnough(look()), asked, timeoutMs, context);
  const threads = look();
  const lacksSlot = timedOut && context.mayHoldSlot === true && lackSlot(input.thread_ids, context);
  return {
    finished: threads.filter(isNews).map(thread => summaryOf(context, thread)),
    waiting: threads.filter(isWaiting).map(thread => summaryOf(context, thread)),
    still_running: threads.filter(thread => !isAtRest(thread)).map(({ id }) => id),
    queued: threads.filter(({ state }) => state === 'queued').map(({ id }) => id),
    cursor: writeCursor(threads, seen),
    timed_out: timedOut,
    ...(lacksSlot
      ? { no_slot: true as const, note: whyNotToWait }
      : timedOut && timeoutMs < wantedMs
        ? { note: howToWaitOn(timeoutMs) }
        : {}),
    fleet: fleet(context),
  };
}

/**
 * Every agent's wait is cut, whichever way it came: a model's client gives up a call that takes longer, a shell of an agent
 * does so, too, and a request of the drop folder is to have its answer. A person stops waiting by themselves.
 */
function longestWaitMs({ caller }: ToolContext): number {
  return caller.kind === 'agent' ? longestAgentWaitS * 1000 : Number.POSITIVE_INFINITY;
}

function howToWaitOn(waitedMs: number): string {
  return `One call waits ${waitedMs / 1000} s at most. To wait on, call wait_threads again with this \`cursor\`.`;
}

const whyNotToWait =
  'None of them works: they wait for a free slot. If you are a thread of AgentDock yourself, you hold one until your turn ' +
  'ends: end it now, and name in your report the threads that you wait for. Who is none can wait on.';

function asking({ requests }: Thread): string {
  return requests.map(({ id }) => id).join(' ');
}

/**
 * Looks at once and after every change of a thread that was asked for. Resolves to true when the time was over first.
 * Until then the caller holds no slot: what it waits for may need it.
 */
function waitUntil(
  isDone: () => boolean,
  asked: ReadonlySet<ThreadId>,
  timeoutMs: number,
  context: ToolContext,
): Promise<boolean> {
  if (isDone()) return Promise.resolve(false);
  const { store, signal } = context;
  const caller = parentOf(context);
  const stepBack = caller === undefined ? () => undefined : context.stepAside(caller.id);
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      stepBack();
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => finish(() => reject(new DockError('cancelled', 'The caller stopped waiting.')));
    const timer = setTimeout(() => finish(() => resolve(true)), timeoutMs);
    const stop = store.onCommit(events => {
      if (events.some(({ thread }) => asked.has(thread)) && isDone()) finish(() => resolve(false));
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

function readCursor(cursor: string | undefined): Seen {
  if (cursor === undefined) return {};
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new DockError('invalid_arguments', 'Expected the `cursor` of an earlier wait_threads reply.', {
      cause,
    });
  }
}

function writeCursor(threads: readonly Thread[], earlier: Seen): string {
  const seen: Record<ThreadId, number | string> = { ...earlier };
  for (const thread of threads) {
    if (thread.requests.length > 0) seen[thread.id] = asking(thread);
    else if (isAtRest(thread)) seen[thread.id] = thread.turns_ended;
  }
  return Buffer.from(JSON.stringify(seen), 'utf8').toString('base64url');
}
