import { DockError, toToolError } from '../contracts/errors.ts';
import type { ProviderId, ThreadId } from '../contracts/ids.ts';
import type { StateChange } from '../contracts/journalEvent.ts';
import type { EffectiveSettings } from '../contracts/settings.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import { claimOf } from '../core/doubts.ts';
import { runsInPty } from '../core/runsInPty.ts';
import { dueTurns } from '../core/schedule.ts';
import type { Driver, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../providers/driver.ts';
import { failedEnd } from '../providers/failedEnd.ts';
import type { ThreadStore } from '../store/threadStore.ts';
import { requireWithinLimit } from '../tools/access.ts';
import { answeredByWords } from '../tools/closedQuestions.ts';
import { containedFolder } from '../tools/containedFolder.ts';
import type { ToolDoors } from '../tools/mcp/toolDoors.ts';
import { noTerminal } from '../tools/openNative.ts';
import { commandLine } from './commandLine.ts';
import { followRest } from './followRest.ts';
import { composeInstructions } from './instructions.ts';
import type { KnownHealth } from './knownHealth.ts';
import type { Log } from './log.ts';
import type { Mailroom } from './mailroom.ts';
import { recordTurnEnd } from './recordTurnEnd.ts';
import type { RequestDesk } from './requestDesk.ts';
import { beginReceipt } from './turnReceipt.ts';
import { createTurnSink } from './turnSink.ts';

export interface TurnRunner {
  /** Starts the turns that are due. Returns at once. */
  pump(): void;
  /** The thread waits for others and does no work until the function that this returns is called. */
  stepAside(thread: ThreadId): () => void;
  isAside(thread: ThreadId): boolean;
  /** Ends the running turn of a thread, if any, with its process tree; resolves when its end is journalled. */
  interrupt(thread: ThreadId): Promise<void>;
  running(thread: ThreadId): RunningTurn | undefined;
  /** Called each time a slot has become free. */
  onFree(listener: () => void): void;
  /** Starts nothing more, ends what runs, and waits for it. */
  close(): Promise<void>;
}

export interface TurnRunnerOptions {
  readonly store: ThreadStore;
  /** The threads that are not at rest. */
  readonly active: ReadonlyMap<ThreadId, Thread>;
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly settings: EffectiveSettings;
  readonly workspace: string;
  readonly desk: RequestDesk;
  readonly doors: Pick<ToolDoors, 'open' | 'shut' | 'reached'>;
  /** What waits for agents. */
  readonly mail: () => Pick<Mailroom, 'takeAtRest' | 'notBrought' | 'rested'>;
  readonly health: KnownHealth;
  readonly log: Log;
}

interface Slot {
  running?: RunningTurn;
  interrupted: boolean;
  /** Threads that had a turn at the same time. */
  readonly others: Set<ThreadId>;
  /** Settles when the turn's end is in the journal. */
  done: Promise<void>;
}

const storageRetryMs = 1_000;

export function createTurnRunner(options: TurnRunnerOptions): TurnRunner {
  const { store, active, settings, log } = options;
  const slots = new Map<ThreadId, Slot>();
  /** How many of a thread's calls wait for others. */
  const aside = new Map<ThreadId, number>();
  const freeListeners: (() => void)[] = [];
  let isClosed = false;

  const pump = () => {
    if (isClosed || store.readOnly !== undefined) return;
    // Who waits for a person does no work: else a question to a master could hold the slot its answer needs.
    // Nor does who waits for other threads, which may need that slot, or an open terminal whose agent rests.
    // All of these go on without asking for a slot: an answer that waits would look lost, and a CLI cannot be held. So for a
    // while more than the cap may work, and nothing new starts.
    const isIdle = (slot: Slot) => slot.running?.terminal?.isIdle() === true;
    const working = [...slots].filter(
      ([id, slot]) => !isWaiting(store.get(id)) && !aside.has(id) && !isIdle(slot),
    );
    const free = settings.max_running - working.length;
    for (const { thread, turn } of dueTurns(active.values(), free, id => slots.has(id))) begin(thread, turn);
  };

  // A slot is free as soon as its turn waits.
  const stopFollowing = store.onCommit(events => {
    if (events.some(({ type }) => type === 'request.opened')) pump();
  });

  const stepAside = (id: ThreadId) => {
    aside.set(id, (aside.get(id) ?? 0) + 1);
    pump();
    return () => {
      const others = (aside.get(id) ?? 0) - 1;
      if (others > 0) aside.set(id, others);
      else aside.delete(id);
    };
  };

  const begin = (thread: Thread, turn: Turn) => {
    const slot: Slot = { interrupted: false, others: new Set(slots.keys()), done: Promise.resolve() };
    for (const { others } of slots.values()) others.add(thread.id);
    slots.set(thread.id, slot);
    slot.done = run(thread, turn, slot).then(
      () => {
        slots.delete(thread.id);
        pump();
        for (const listener of freeListeners) listener();
      },
      (error: unknown) => {
        log(`turn of ${thread.id}: ${toToolError(error).message}`);
        slots.delete(thread.id);
        // Nothing could be written: the turn is still in the queue, and is tried again after a while.
        setTimeout(pump, storageRetryMs).unref();
        for (const listener of freeListeners) listener();
      },
    );
  };

  const run = async (thread: Thread, turn: Turn, slot: Slot) => {
    const commit = (change: StateChange) => store.commit([{ thread: thread.id, change }]);
    await store.commit([
      { thread: thread.id, change: { type: 'turn.preparing', turn_id: turn.id } },
      ...answeredByWords(thread, turn.brings, store.threads()),
    ]);
    const receipt = beginReceipt(options.workspace);
    let end: TurnEnd;
    const tools = runsInPty(thread) ? undefined : options.doors.open(thread.id);
    try {
      const driver = driverOf(options.drivers, thread.provider);
      const request = await makeRequest(options, store.get(thread.id) ?? thread, turn, tools);
      await commit({ type: 'turn.starting', turn_id: turn.id });
      if (slot.interrupted || store.get(thread.id)?.cancel_requested === true) {
        throw new DockError('cancelled', 'The thread was cancelled before it started.');
      }
      const { id: turn_id, origin, prompt: text } = turn;
      // A terminal is opened without one as well.
      if (request.prompt !== '')
        store.history.append(thread.id, turn_id, { type: 'prompt', turn_id, origin, text });
      const sink = createTurnSink({ store, desk: options.desk, thread, turnId: turn.id, receipt });
      slot.running =
        turn.native === true
          ? startInTerminal(driver, request, inTerminal(sink, thread.id, turn.id))
          : driver.startTurn(request, sink);
      end = await slot.running.ended;
    } catch (error) {
      end = failedEnd(error);
    } finally {
      if (tools !== undefined) options.doors.shut(tools);
    }
    const hasStarted = [...store.threads().values()].some(({ parent_id }) => parent_id === thread.id);
    const claim = claimOf(thread, store.get(thread.id), turn.id, hasStarted);
    await recordTurnEnd(store, thread.id, turn.id, end, {
      log,
      reason: isClosed ? 'The host was stopped.' : undefined,
      receipt: await receipt.finish(claim, slot.others.size),
      isGivenUp: () => isClosed || store.readOnly !== undefined,
    });
  };

  const inTerminal = (sink: TurnSink, id: ThreadId, turnId: string): TurnSink => {
    const look = followRest({
      turnId,
      isIdle: () => slots.get(id)?.running?.terminal?.isIdle() === true,
      commit: change => store.commit([{ thread: id, change }]),
      failed: error => log(`the rest of ${id}: ${toToolError(error).message}`),
    });
    return {
      ...sink,
      // What the agent says may be the first that is seen of its work.
      event: event => {
        sink.event(event);
        look();
      },
      rested: () => {
        look();
        pump();
        options.mail().rested(id);
      },
      worked: look,
      takeMessages: signal => options.mail().takeAtRest(id, signal),
      notBrought: () => options.mail().notBrought(id),
    };
  };

  const failedToEnd = (id: ThreadId) => (error: unknown) =>
    log(`the turn of ${id} could not be interrupted: ${toToolError(error).message}`);

  const interrupt = async (id: ThreadId) => {
    const slot = slots.get(id);
    if (slot === undefined) return;
    slot.interrupted = true;
    // A driver that failed to end its turn may still see it end.
    await slot.running?.interrupt().catch(failedToEnd(id));
    await slot.done;
  };

  return {
    pump,
    stepAside,
    isAside: id => aside.has(id),
    interrupt,
    running: id => slots.get(id)?.running,
    onFree: listener => void freeListeners.push(listener),
    close: async () => {
      isClosed = true;
      stopFollowing();
      await Promise.all([...slots.keys()].map(interrupt));
    },
  };
}

function startInTerminal(driver: Driver, request: TurnRequest, sink: TurnSink): RunningTurn {
  if (driver.startNativeTurn !== undefined) return driver.startNativeTurn(request, sink);
  throw noTerminal(driver.provider);
}

function driverOf(drivers: ReadonlyMap<ProviderId, Driver>, provider: ProviderId): Driver {
  const driver = drivers.get(provider);
  if (driver === undefined) throw new DockError('provider_missing', `There is no driver for ${provider}.`);
  return driver;
}

async function makeRequest(
  { workspace, store, settings, drivers, health, doors }: TurnRunnerOptions,
  thread: Thread,
  turn: Turn,
  tools: ToolEndpoint | undefined,
): Promise<TurnRequest> {
  // The limit may have become narrower while the turn waited for a slot or for the next host.
  requireWithinLimit(thread.permission_mode, settings);
  // Checked at the call and again here: the folder may have become a link since.
  const folder = await containedFolder(workspace, thread.working_dir);
  const prompt = await store.getText(turn.prompt);
  return {
    threadId: thread.id,
    turnId: turn.id,
    messageId: turn.message_id,
    prompt,
    workspace,
    workingDir: folder.path,
    session: thread.session,
    model: thread.model,
    effort: thread.effort,
    permissionMode: thread.permission_mode,
    instructions: await composeInstructions({
      workspace,
      thread,
      permissionMeans:
        drivers.get(thread.provider)?.capabilities.permissionModes[thread.permission_mode] ?? '',
      hasTools: tools !== undefined,
      wake: settings.wake_master,
      health,
    }),
    command: runsInPty(thread) ? commandLine(thread, prompt) : undefined,
    tools,
    ...(tools === undefined ? {} : { toolsReached: () => doors.reached(tools) }),
  };
}

function isWaiting(thread: Thread | undefined): boolean {
  return thread?.state === 'waiting_permission' || thread?.state === 'waiting_input';
}
