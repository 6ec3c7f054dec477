import { DockError, toToolError } from '../contracts/errors.ts';
import type { ProviderId, ThreadId } from '../contracts/ids.ts';
import type { Thread, Turn } from '../contracts/thread.ts';
import type { ToolEndpoint } from '../contracts/toolEndpoint.ts';
import { type Claim, claimOf } from '../core/doubts.ts';
import { runsInPty } from '../core/runsInPty.ts';
import type { Driver, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../providers/driver.ts';
import { failedEnd } from '../providers/failedEnd.ts';
import { answeredByWords } from '../tools/closedQuestions.ts';
import type { ToolDoors } from '../tools/mcp/toolDoors.ts';
import { noTerminal } from '../tools/openNative.ts';
import type { Log } from './log.ts';
import type { Mailroom } from './mailroom.ts';
import { recordTurnEnd } from './recordTurnEnd.ts';
import type { RequestDesk } from './requestDesk.ts';
import { createTerminalSink } from './terminalSink.ts';
import { beginReceipt, type TurnReceipt } from './turnReceipt.ts';
import { makeTurnRequest, type TurnRequestParts } from './turnRequest.ts';
import { createTurnSink } from './turnSink.ts';

export interface TurnRunParts extends TurnRequestParts {
  readonly drivers: ReadonlyMap<ProviderId, Driver>;
  readonly desk: RequestDesk;
  readonly doors: Pick<ToolDoors, 'open' | 'shut' | 'reached'>;
  /** What waits for agents. */
  readonly mail: () => Pick<Mailroom, 'takeAtRest' | 'notBrought' | 'rested'>;
  readonly log: Log;
}

export interface TurnRunOptions extends TurnRunParts {
  /** Called each time the agent of an open terminal has come to rest. */
  readonly onRest: () => void;
  /** The host ends. */
  readonly closing: AbortSignal;
}

/** One turn of a thread, from when it is taken from the queue until its end is in the journal. */
export class TurnRun {
  readonly #before: Thread;
  readonly #turn: Turn;
  readonly #options: TurnRunOptions;
  /** Threads that had a turn at the same time. */
  readonly #others = new Set<ThreadId>();
  #running: RunningTurn | undefined;
  #isInterrupted = false;

  constructor(thread: Thread, turn: Turn, options: TurnRunOptions) {
    this.#before = thread;
    this.#turn = turn;
    this.#options = options;
  }

  get thread(): ThreadId {
    return this.#before.id;
  }

  /** Undefined before the driver has it, and after its end. */
  get running(): RunningTurn | undefined {
    return this.#running;
  }

  /** It is an open terminal, and the agent in it rests. */
  get isIdle(): boolean {
    return this.#running?.terminal?.isIdle() === true;
  }

  /** The other thread has a turn at the same time. */
  meet(other: ThreadId): void {
    this.#others.add(other);
  }

  /** To be called once. What fails ends the turn, and is recorded: rejects only where it could not even begin. */
  async toEnd(): Promise<void> {
    const { store, workspace } = this.#options;
    await store.commit([
      { thread: this.thread, change: { type: 'turn.preparing', turn_id: this.#turn.id } },
      ...answeredByWords(this.#before, this.#turn.brings, store.threads()),
    ]);
    const receipt = beginReceipt(workspace);
    try {
      await this.#record(await this.#work(receipt), receipt);
    } finally {
      this.#running = undefined;
    }
  }

  /** Has the driver end it, with its process tree; where it has not started yet, it does not. */
  async interrupt(): Promise<void> {
    this.#isInterrupted = true;
    const failed = (error: unknown) =>
      this.#options.log(`the turn of ${this.thread} could not be interrupted: ${toToolError(error).message}`);
    // A driver that failed to end its turn may still see it end.
    await this.#running?.interrupt().catch(failed);
  }

  async #work(receipt: TurnReceipt): Promise<TurnEnd> {
    const { drivers, doors, store } = this.#options;
    let tools: ToolEndpoint | undefined;
    try {
      tools = runsInPty(this.#before) ? undefined : doors.open(this.thread);
      const driver = driverOf(drivers, this.#before.provider);
      const thread = store.get(this.thread) ?? this.#before;
      const request = await makeTurnRequest({ driver, thread, turn: this.#turn, tools }, this.#options);
      const starting = { type: 'turn.starting', turn_id: this.#turn.id } as const;
      await store.commit([{ thread: this.thread, change: starting }]);
      this.#running = this.#start(driver, request, receipt);
      return await this.#running.ended;
    } catch (error) {
      return failedEnd(error);
    } finally {
      if (tools !== undefined) doors.shut(tools);
    }
  }

  /** At once after the last look for a cancel: what is interrupted from here on, the driver ends. */
  #start(driver: Driver, request: TurnRequest, receipt: TurnReceipt): RunningTurn {
    const { store, desk } = this.#options;
    if (this.#isInterrupted || store.get(this.thread)?.cancel_requested === true) {
      throw new DockError('cancelled', 'The thread was cancelled before it started.');
    }
    const { id: turn_id, origin, prompt: text, native } = this.#turn;
    // A terminal is opened without one as well.
    if (request.prompt !== '')
      store.history.append(this.thread, turn_id, { type: 'prompt', turn_id, origin, text });
    const sink = createTurnSink({ store, desk, thread: this.#before, turnId: turn_id, receipt });
    if (native !== true) return driver.startTurn(request, sink);
    if (driver.startNativeTurn === undefined) throw noTerminal(driver.provider);
    return driver.startNativeTurn(request, this.#inTerminal(sink));
  }

  #inTerminal(sink: TurnSink): TurnSink {
    const { store, mail, onRest, log } = this.#options;
    const turn = { thread: this.thread, turnId: this.#turn.id, isIdle: () => this.isIdle };
    return createTerminalSink(sink, { ...turn, store, mail, onRest, log });
  }

  async #record(end: TurnEnd, receipt: TurnReceipt): Promise<void> {
    const { store, closing, log } = this.#options;
    await recordTurnEnd(store, this.thread, this.#turn.id, end, {
      log,
      reason: closing.aborted ? 'The host was stopped.' : undefined,
      receipt: await receipt.finish(this.#claim(), this.#others.size),
      isGivenUp: () => closing.aborted || store.readOnly !== undefined,
    });
  }

  /** What the agent has reported, against what was known of it before the turn. */
  #claim(): Claim | undefined {
    const { store } = this.#options;
    const hasStarted = [...store.threads().values()].some(({ parent_id }) => parent_id === this.thread);
    return claimOf(this.#before, store.get(this.thread), this.#turn.id, hasStarted);
  }
}

function driverOf(drivers: ReadonlyMap<ProviderId, Driver>, provider: ProviderId): Driver {
  const driver = drivers.get(provider);
  if (driver === undefined) throw new DockError('provider_missing', `There is no driver for ${provider}.`);
  return driver;
}
