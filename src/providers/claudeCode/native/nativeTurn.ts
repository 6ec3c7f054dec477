import { setTimeout as pause } from 'node:timers/promises';
import { DockError, toToolError } from '../../../contracts/errors.ts';
import type { ProcessRef } from '../../../contracts/thread.ts';
import { definedOnly } from '../../../core/definedOnly.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../../driver.ts';
import { failedEnd } from '../../failedEnd.ts';
import { launchable } from '../../process/resolveBinary.ts';
import type { Program, ProgramExit } from '../../pty/program.ts';
import { runningTerminal, type TerminalTurn } from '../../pty/runningTerminal.ts';
import { ScreenTail } from '../../pty/screenTail.ts';
import { terminalEnd } from '../../pty/terminalEnd.ts';
import { TerminalKeys } from '../../pty/terminalKeys.ts';
import { runTerminal } from '../../pty/terminalTurn.ts';
import { missingTools } from '../agentTools.ts';
import { CliRequests } from '../cliRequests.ts';
import { answerBeforeCall, refusedToSubAgent } from '../subAgents.ts';
import { hookEvents } from './hookEvents.ts';
import type { HookAnswer, HookMessage } from './hookMessage.ts';
import { openHookServer } from './hookServer.ts';
import { prepareTerminal } from './nativeLaunch.ts';
import { answerPermission } from './permissionHook.ts';
import { type SessionStatus, StatusWatch } from './sessionStatus.ts';

/** How often the turn's prompt looks whether it can be said. */
const lookMs = 50;

export interface NativeParts {
  readonly context: DriverContext;
  /** How long a prompt waits until the CLI has come to our tools. */
  readonly toolsMs: number;
}

/** One turn in the CLI's own terminal, from its start until the person leaves it. */
export function startNativeTurn(request: TurnRequest, sink: TurnSink, parts: NativeParts): RunningTurn {
  return runningTerminal(new NativeTurn(request, sink, parts));
}

class NativeTurn implements TerminalTurn {
  readonly ended: Promise<TurnEnd>;
  readonly screen = new ScreenTail();
  readonly #keys: TerminalKeys;
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #parts: NativeParts;
  readonly #requests: CliRequests;
  readonly #stopping = new AbortController();
  #program: Program | undefined;
  #status: StatusWatch | undefined;
  #wasFree = true;
  #wasWaiting = false;
  #session: { readonly id: string; readonly transcriptPath?: string } | undefined;
  #lastMessage: string | undefined;
  #failure: unknown;

  constructor(request: TurnRequest, sink: TurnSink, parts: NativeParts) {
    this.#request = request;
    this.#sink = sink;
    this.#parts = parts;
    const { permissionMode: mode, workspace } = request;
    this.#requests = new CliRequests({ mode, workspace, sink });
    this.#keys = new TerminalKeys({
      write: data => {
        this.#program?.write(data);
        this.#tellFree();
      },
      isAtRest: () => this.isIdle,
    });
    this.ended = this.#run()
      .catch(failedEnd)
      .finally(() => this.#requests.close());
  }

  get isIdle(): boolean {
    return this.#status?.status === 'idle';
  }

  get takesMessages(): boolean {
    return this.isIdle && this.#keys.isFree;
  }

  typed(data: string): void {
    this.#keys.typed(data);
  }

  resize(columns: number, rows: number): void {
    this.#program?.resize(columns, rows);
  }

  /** Looks at the registry right before: a dialog that has just opened would take the text for an answer. */
  async bring(text: string): Promise<void> {
    await this.#status?.look();
    await this.#keys.bring(text);
  }

  async interrupt(): Promise<void> {
    this.#requests.close();
    this.#stopping.abort();
    await this.ended;
  }

  async #run(): Promise<TurnEnd> {
    const hooks = await openHookServer((message, signal) => this.#onHook(message, signal));
    try {
      const launch = await prepareTerminal(this.#parts.context, this.#request, hooks.settings);
      try {
        const { id, transcript } = launch.session;
        await this.#bind(transcript === undefined ? { id } : { id, transcriptPath: transcript });
        const { file, args, workingDir, environment } = launch.cli;
        const exit = await runTerminal({
          threadId: this.#request.threadId,
          launch: launchable(file, args),
          ...{ workingDir, environment },
          sink: this.#sink,
          stopping: this.#stopping.signal,
          onData: data => this.screen.add(data),
          onStarted: (program, ref) => this.#started(program, ref),
        });
        return this.#endOf(exit);
      } finally {
        await launch.dispose();
      }
    } finally {
      this.#status?.stop();
      hooks.close();
    }
  }

  async #started(program: Program, ref: ProcessRef | undefined): Promise<void> {
    this.#program = program;
    await this.#sink.turnStarted(this.#request.messageId);
    if (ref === undefined) return;
    this.#status = new StatusWatch(program.pid, this.#parts.context.environment, status =>
      this.#onStatus(status),
    );
    if (this.#request.prompt !== '') void this.#say(this.#request.prompt);
  }

  /** The turn's own prompt is the first thing said there, once nobody types. */
  async #say(prompt: string): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await pause(lookMs, undefined, { ref: false });
      if (!this.takesMessages) continue;
      try {
        return await this.bring(prompt);
      } catch (error) {
        if (error instanceof DockError && error.code === 'conflict') continue;
        const text = `The prompt may not have arrived: ${toToolError(error).message}`;
        this.#sink.event({ type: 'notice', text });
        return;
      }
    }
  }

  #onStatus(status: SessionStatus): void {
    // No dialog is open (any more): the CLI does not say that it was answered there, and goes on asking us.
    if (this.#wasWaiting || status === 'idle') this.#requests.withdrawAll();
    this.#wasWaiting = status === 'waiting';
    if (status === 'idle') this.#sink.rested?.();
    else this.#sink.worked?.();
  }

  /** What a person has typed keeps messages waiting; once it is gone they may come. */
  #tellFree(): void {
    const isFree = this.#keys.isFree;
    if (isFree && !this.#wasFree && this.isIdle) this.#sink.rested?.();
    this.#wasFree = isFree;
  }

  async #onHook(message: HookMessage, signal: AbortSignal): Promise<HookAnswer> {
    const { session_id: id, transcript_path: transcriptPath } = message;
    await this.#bind(transcriptPath === undefined ? { id } : { id, transcriptPath });
    for (const event of hookEvents(message, this.#request.workspace)) this.#sink.event(event);
    switch (message.hook_event_name) {
      case 'UserPromptSubmit':
        this.#status?.works();
        this.#keys.taken();
        return await this.#withTools();
      case 'PreToolUse':
        return answerBeforeCall(refusedToSubAgent(message));
      case 'PermissionRequest':
        return await answerPermission(message, this.#requests, signal);
      case 'Stop':
        return await this.#atRest(message, signal);
      default:
        return {};
    }
  }

  /** Without them the agent does not run: what it was told of them would be untrue. */
  async #withTools(): Promise<HookAnswer> {
    const { toolsReached } = this.#request;
    if (toolsReached === undefined) return {};
    const late = new AbortController();
    const isThere = await Promise.race([
      toolsReached().then(() => true),
      pause(this.#parts.toolsMs, false, { signal: late.signal }),
    ]);
    late.abort();
    if (isThere) return {};
    const error = missingTools();
    this.#failure = error;
    this.#stopping.abort();
    return { decision: 'block', reason: error.message };
  }

  async #atRest(message: HookMessage, signal: AbortSignal): Promise<HookAnswer> {
    this.#lastMessage = message.last_assistant_message ?? this.#lastMessage;
    const reason = await this.#sink.takeMessages?.(signal);
    if (reason === undefined) this.#status?.rests();
    return reason === undefined ? {} : { decision: 'block', reason };
  }

  /** The person may go to another session there: the thread goes with them. */
  async #bind(session: { readonly id: string; readonly transcriptPath?: string }): Promise<void> {
    const { id, transcriptPath } = session;
    if (this.#session?.id === id && this.#session.transcriptPath === transcriptPath) return;
    this.#session = session;
    await this.#sink.sessionBound(session);
  }

  #endOf(exit: ProgramExit): TurnEnd {
    const wasStopped = this.#stopping.signal.aborted;
    const end = terminalEnd('Claude Code', { exit, failure: this.#failure, wasStopped });
    return { ...end, ...definedOnly({ result: this.#lastMessage }) };
  }
}
