import { randomUUID } from 'node:crypto';
import type { DockError } from '../../../contracts/errors.ts';
import { definedOnly } from '../../../core/definedOnly.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../../driver.ts';
import { failedEnd } from '../../failedEnd.ts';
import type { ServerPool } from '../../process/serverPool.ts';
import type { Program, ProgramExit } from '../../pty/program.ts';
import { runningTerminal, type TerminalTurn } from '../../pty/runningTerminal.ts';
import { ScreenTail } from '../../pty/screenTail.ts';
import { terminalBusy } from '../../pty/terminalBusy.ts';
import { terminalEnd } from '../../pty/terminalEnd.ts';
import { runTerminal } from '../../pty/terminalTurn.ts';
import { answering, connected } from '../connect.ts';
import { isRefusal } from '../isRefusal.ts';
import type { OpenSession } from '../openSession.ts';
import type { OpencodeServer } from '../startServer.ts';
import { loadTools } from '../toolServer.ts';
import { TurnProgress } from '../turnProgress.ts';
import { warnOfPlugins } from '../warnOfPlugins.ts';
import { type NativeLaunch, prepareNative } from './nativeLaunch.ts';
import { PersonsKeys } from './personsKeys.ts';
import { prepareSession } from './prepareSession.ts';
import { TerminalMail } from './terminalMail.ts';
import { TerminalSessions } from './terminalSessions.ts';

export interface NativeParts {
  readonly context: DriverContext;
  readonly pool: ServerPool<OpencodeServer>;
}

/** One turn in OpenCode's own terminal, from its start until the person leaves it. */
export function startNativeTurn(request: TurnRequest, sink: TurnSink, parts: NativeParts): RunningTurn {
  return runningTerminal(new NativeTurn(request, sink, parts));
}

/** A terminal whose agent can be spoken to. */
interface Open {
  readonly launch: NativeLaunch;
  readonly session: OpenSession;
  readonly sessions: TerminalSessions;
  readonly mail: TerminalMail;
}

class NativeTurn implements TerminalTurn {
  readonly ended: Promise<TurnEnd>;
  readonly screen = new ScreenTail();
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #parts: NativeParts;
  readonly #keys: PersonsKeys;
  readonly #progress: TurnProgress;
  readonly #stopping = new AbortController();
  /** Also when the program has ended by itself. */
  readonly #over = new AbortController();
  #program: Program | undefined;
  #open: Open | undefined;
  #failure: unknown;

  constructor(request: TurnRequest, sink: TurnSink, parts: NativeParts) {
    this.#request = request;
    this.#sink = sink;
    this.#parts = parts;
    this.#keys = new PersonsKeys({
      write: data => this.#program?.write(data),
      isAtRest: () => this.isIdle,
      isAsking: () => this.#open?.sessions.isAsking === true,
    });
    this.#progress = new TurnProgress({
      workspace: request.workspace,
      promptId: undefined,
      emit: event => sink.event(event),
      onHopeless: error => void this.#stopAgent(error).catch(() => undefined),
    });
    this.ended = this.#run().catch(failedEnd);
  }

  get isIdle(): boolean {
    return this.#open?.sessions.isIdle === true;
  }

  get takesMessages(): boolean {
    return this.isIdle && this.#keys.isFree;
  }

  resize(columns: number, rows: number): void {
    this.#program?.resize(columns, rows);
  }

  typed(data: string): void {
    const wasFree = this.#keys.isFree;
    this.#keys.typed(data);
    // What a person has typed keeps messages waiting; once it is gone they may come.
    if (!wasFree && this.takesMessages) this.#sink.rested?.();
  }

  async bring(text: string, id: string = randomUUID()): Promise<void> {
    const open = this.#open;
    if (open === undefined || !this.takesMessages) throw terminalBusy();
    try {
      await open.mail.say(text, id);
    } catch (error) {
      // Where OpenCode did not answer, it may have taken the message all the same.
      throw isRefusal(error) ? terminalBusy(error) : error;
    }
  }

  async interrupt(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  async #run(): Promise<TurnEnd> {
    const { context, pool } = this.#parts;
    const session = await prepareSession(pool, this.#request, this.#stopping.signal);
    const launch = await prepareNative(context, this.#request.threadId, session);
    try {
      await this.#sink.sessionBound({ id: session.id });
      warnOfPlugins(session.plugins, this.#sink);
      const exit = await runTerminal({
        ...launch,
        threadId: this.#request.threadId,
        sink: this.#sink,
        stopping: this.#stopping.signal,
        onData: data => this.screen.add(data),
        onStarted: async program => {
          this.#program = program;
          void program.exited.then(() => this.#over.abort());
          await this.#sink.turnStarted();
          void this.#begin(launch, session).catch((error: unknown) => this.#fail(error));
        },
      });
      return this.#endOf(exit);
    } finally {
      this.#over.abort();
      this.#open = undefined;
      this.#progress.closeTools();
      await launch.dispose();
    }
  }

  /** The terminal draws itself meanwhile; what is typed there waits until our tools are loaded. */
  async #begin(launch: NativeLaunch, session: OpenSession): Promise<void> {
    const { api } = launch;
    const { tools, threadId, prompt, messageId } = this.#request;
    const signal = AbortSignal.any([this.#stopping.signal, this.#over.signal]);
    await launch.listens(signal);
    await answering(api, signal);
    const sessions = new TerminalSessions({
      ...{ api, session, signal },
      progress: this.#progress,
      request: this.#request,
      sink: this.#sink,
      isPersons: askedAt => this.#keys.mayHaveAnswered(askedAt),
      onTaken: () => this.#keys.taken(),
      onRest: isGood => void mail.atRest(isGood).catch((error: unknown) => this.#fail(error)),
      onFailure: error => this.#fail(error),
    });
    const mail = new TerminalMail({ api, session, sessions, sink: this.#sink, over: this.#over.signal });
    await connected(api, event => sessions.take(event), signal);
    if (tools !== undefined) await loadTools({ api, directory: session.directory, threadId }, tools);
    await launch.open();
    this.#open = { launch, session, sessions, mail };
    if (prompt !== '') await mail.say(prompt, messageId);
    else this.#sink.rested?.();
  }

  /** The person is there: the terminal stays. */
  async #stopAgent(error: DockError): Promise<void> {
    if (this.#open === undefined) return;
    const { launch, session, sessions } = this.#open;
    this.#sink.event({ type: 'notice', text: `AgentDock stopped the agent. ${error.message}` });
    // Once: a second one could stop what the person has begun since.
    await launch.api.abort(session.directory, sessions.current);
  }

  #fail(error: unknown): void {
    if (this.#over.signal.aborted || this.#stopping.signal.aborted) return;
    this.#failure = error;
    this.#stopping.abort();
  }

  #endOf(exit: ProgramExit): TurnEnd {
    const { result } = this.#progress.end();
    const known = definedOnly({ result, usage: this.#progress.usage() });
    const wasStopped = this.#stopping.signal.aborted;
    return { ...terminalEnd('OpenCode', { exit, failure: this.#failure, wasStopped }), ...known };
  }
}
