import { DockError, toToolError } from '../../contracts/errors.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../driver.ts';
import { failedEnd } from '../failedEnd.ts';
import { type SilenceWatch, watchSilence } from '../process/silenceWatch.ts';
import type { CliExit } from '../process/spawnCli.ts';
import { tooLate } from '../tooLate.ts';
import { AgentTools, missingTools } from './agentTools.ts';
import { CliRequests } from './cliRequests.ts';
import { refusedCredential } from './errors.ts';
import { EventMapper } from './eventMapper.ts';
import { prepareLaunch } from './launch.ts';
import type { ClaudeMessage, ControlRequest, SystemMessage } from './messages.ts';
import { controlRequest, userMessage } from './outgoing.ts';
import { parseLine } from './parseLine.ts';
import { findTranscript, type SessionPlan } from './sessions.ts';
import { Steering } from './steering.ts';
import { Timers } from './timers.ts';
import { endOfTurn } from './turnEnd.ts';
import { startProcess, type TurnProcess } from './turnProcess.ts';
import { endedTask, TurnProgress } from './turnProgress.ts';

/** Until then an interrupted CLI has noted in its transcript that it was stopped. */
const interruptGraceMs = 1_500;
/** From the end of its input to the end of the process: usually 50 ms. */
const exitGraceMs = 10_000;
/** From a task's end to the CLI's message about it: usually 100 ms. */
const taskNoticeMs = 3_000;
const stallAfterMs = 120_000;

/** One turn in a process of its own. */
export class ClaudeTurn implements RunningTurn {
  readonly ended: Promise<TurnEnd>;
  readonly #context: DriverContext;
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #mapper: EventMapper;
  readonly #progress = new TurnProgress();
  readonly #silence: SilenceWatch;
  readonly #timers = new Timers();
  readonly #steering = new Steering();
  readonly #requests: CliRequests;
  readonly #tools: AgentTools | undefined;
  #session: SessionPlan | undefined;
  #process: TurnProcess | undefined;
  #failure: unknown;
  #stopping: Promise<void> | undefined;
  #isPromptSent = false;
  #isStarted = false;
  #isClosing = false;
  #onResult: () => void = () => undefined;

  constructor(context: DriverContext, request: TurnRequest, sink: TurnSink) {
    this.#context = context;
    this.#request = request;
    this.#sink = sink;
    this.#mapper = new EventMapper(request.workspace);
    const { permissionMode: mode, workspace, tools } = request;
    this.#requests = new CliRequests({ mode, workspace, sink });
    this.#tools = tools && new AgentTools(tools, message => void this.#process?.send(message));
    this.#silence = watchSilence(stallAfterMs, () => this.#tellStall());
    this.ended = this.#run().finally(() => this.#dispose());
  }

  async steer(text: string, messageId?: string): Promise<void> {
    const process = this.#process;
    if (!this.#isPromptSent || this.#isClosing || this.#stopping || !process) throw tooLate();
    await this.#steering.bring(
      { text, messageId },
      message => process.send(message),
      // The turn is not over before it is dealt with, be it as a turn of the CLI's own.
      uuid => this.#progress.await(uuid),
    );
  }

  interrupt(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#mapper.stopping();
    this.#requests.close();
    if (this.#process !== undefined && this.#isPromptSent) {
      const result = new Promise<void>(resolve => {
        this.#onResult = resolve;
      });
      void this.#process.send(controlRequest({ subtype: 'interrupt' }));
      await Promise.race([result, this.#process.exited, this.#timers.pause(interruptGraceMs)]);
    }
    await this.#process?.kill();
    await this.#tools?.close();
    await this.ended;
  }

  async #run(): Promise<TurnEnd> {
    try {
      await this.#tools?.check().catch((error: unknown) => {
        this.#checkStopped();
        throw error;
      });
      const launch = await prepareLaunch(this.#context, this.#request);
      this.#session = launch.session;
      try {
        this.#checkStopped();
        const onLine = (line: string) => this.#onLine(line);
        this.#process = await startProcess({ ...launch, threadId: this.#request.threadId, onLine });
        return await this.#drive(this.#process);
      } finally {
        await launch.dispose();
      }
    } catch (error) {
      return failedEnd(error);
    }
  }

  async #drive(process: TurnProcess): Promise<TurnEnd> {
    void process.exited.then(() => this.#requests.close());
    const finished = process.finished.catch((error: unknown): CliExit => {
      this.#failure ??= error;
      return { code: undefined, signal: undefined };
    });
    await this.#begin(process).catch((error: unknown) => this.#fail(error));
    const exit = await finished;
    for (const event of this.#mapper.finish()) this.#sink.event(event);
    await this.#tellTranscript();
    if (this.#failure !== undefined) return failedEnd(this.#failure);
    const end = endOfTurn({
      progress: this.#progress,
      exit,
      stderr: process.stderrTail(),
      // What was over before the stop stays what it was.
      wasStopped: this.#stopping !== undefined && !this.#isClosing,
    });
    if (end.usage !== undefined) this.#sink.event({ type: 'usage', usage: end.usage });
    return end;
  }

  /** The facts in their order, then the prompt. */
  async #begin(process: TurnProcess): Promise<void> {
    const { prompt, messageId } = this.#request;
    if (process.ref === undefined || this.#session === undefined) return;
    const { id, transcript } = this.#session;
    await this.#sink.processStarted(process.ref);
    this.#checkStopped();
    await this.#sink.sessionBound(transcript === undefined ? { id } : { id, transcriptPath: transcript });
    this.#checkStopped();
    await Promise.race([this.#tools?.announce(), process.exited]);
    this.#checkStopped();
    await this.#sink.promptSending();
    this.#checkStopped();
    this.#progress.await(messageId);
    this.#isPromptSent = true;
    await process.send(userMessage(prompt, messageId));
  }

  #onLine(line: string): void {
    this.#silence.heard();
    const { message, delivered, isUnparsed, isMessage } = parseLine(line);
    if (isUnparsed) {
      if (isMessage) this.#progress.unread();
      this.#sink.event({ type: 'unparsed', line: { text: line } });
    }
    if (delivered !== undefined) this.#deliver(delivered);
    if (message !== undefined) {
      this.#progress.observe(message);
      this.#tellStarted(message);
      for (const event of this.#mapper.map(message)) this.#sink.event(event);
      this.#react(message);
    }
    this.#closeWhenOver();
  }

  #react(message: ClaudeMessage): void {
    const ended = endedTask(message);
    if (ended !== undefined) {
      this.#timers.after(taskNoticeMs, () => {
        this.#progress.forgetTask(ended);
        this.#closeWhenOver();
      });
    }
    switch (message.type) {
      case 'control_request':
        this.#answer(message).catch((error: unknown) => {
          // What fails because the turn is being stopped is no failure.
          if (this.#stopping === undefined) this.#fail(error);
        });
        break;
      case 'control_response':
        this.#tools?.answered(message);
        break;
      case 'control_cancel_request':
        this.#requests.withdraw(message.request_id);
        break;
      case 'result':
        this.#onResult();
        this.#tellBackground();
        break;
      case 'system':
        this.#checkSystem(message);
        break;
    }
  }

  #checkSystem(message: SystemMessage): void {
    const { subtype, session_id: id, error, attempt } = message;
    if (subtype === 'init' && id !== undefined && id !== this.#session?.id) {
      this.#fail(
        new DockError('conflict', `Claude Code opened the session ${id} instead of the thread's own.`),
      );
    }
    if (subtype === 'init' && this.#tools?.isMissing(message.tools)) this.#fail(missingTools());
    // The first attempt may be a login that the CLI renews by itself.
    if (subtype === 'api_retry' && error === 'authentication_failed' && (attempt ?? 0) > 1) {
      this.#fail(refusedCredential());
    }
  }

  async #answer(message: ControlRequest): Promise<void> {
    if (message.request.subtype === 'mcp_message' && this.#tools !== undefined) {
      return await this.#tools.carry(message);
    }
    const reply = await this.#requests.answer(message);
    if (reply === undefined) return;
    if (reply.declined !== undefined) this.#mapper.declined(reply.declined);
    await this.#process?.send(reply.response);
  }

  /** The CLI ends with its input. Tasks it would wait for are of a turn that failed. */
  #closeWhenOver(): void {
    if (this.#isClosing || !this.#progress.isOver || this.#stopping !== undefined) return;
    this.#isClosing = true;
    if (this.#progress.backgroundTasks > 0) {
      this.#kill();
    } else {
      this.#process?.closeInput();
      this.#timers.after(exitGraceMs, () => this.#kill());
    }
  }

  #tellStarted(message: ClaudeMessage): void {
    const isSign = message.type !== 'system' || message.subtype === 'init';
    if (this.#isStarted || !this.#isPromptSent || !isSign) return;
    this.#isStarted = true;
    this.#sink.turnStarted(this.#request.messageId).catch((error: unknown) => this.#fail(error));
  }

  #deliver(uuid: string): void {
    this.#progress.delivered(uuid);
    // What is taken while the turn is stopped may never be written down: the transcript decides.
    if (this.#stopping !== undefined) return;
    const text = this.#steering.delivered(uuid);
    if (text !== undefined) this.#sink.event({ type: 'steered', text: { text } });
  }

  #tellBackground(): void {
    const { backgroundTasks: count, isOver } = this.#progress;
    if (count === 0 || isOver || this.#stopping !== undefined) return;
    const tasks = count === 1 ? 'a background task' : `${count} background tasks`;
    this.#sink.event({ type: 'notice', text: `Claude Code goes on when ${tasks} of this turn ended.` });
  }

  #tellStall(): void {
    if (!this.#isPromptSent || this.#isClosing || this.#progress.backgroundTasks > 0) return;
    if (this.#requests.isWaiting || this.#mapper.hasOpenTools) return;
    this.#sink.event({ type: 'notice', text: 'Stalled: nothing came from Claude Code for two minutes.' });
  }

  /** So that a transcript that is missing later is known to be lost rather than never written. */
  async #tellTranscript(): Promise<void> {
    if (!this.#isStarted || this.#session === undefined || this.#session.transcript !== undefined) return;
    const { id } = this.#session;
    const transcriptPath = await findTranscript({ id }, this.#context.environment);
    if (transcriptPath === undefined) return;
    await this.#sink.sessionBound({ id, transcriptPath }).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#kill();
  }

  #kill(): void {
    this.#process?.kill().catch((error: unknown) => this.#context.log(toToolError(error).message));
  }

  #checkStopped(): void {
    if (this.#stopping !== undefined)
      throw new DockError('cancelled', 'The turn was stopped before its prompt left.');
  }

  #dispose(): void {
    this.#silence.stop();
    this.#requests.close();
    this.#steering.close();
    void this.#tools?.close();
    this.#timers.stop();
  }
}
