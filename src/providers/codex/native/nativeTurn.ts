import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import * as z from 'zod';
import type { DockError } from '../../../contracts/errors.ts';
import { definedOnly } from '../../../core/definedOnly.ts';
import type { DriverContext, RunningTurn, TurnEnd, TurnRequest, TurnSink } from '../../driver.ts';
import { launchable } from '../../process/resolveBinary.ts';
import { within } from '../../process/within.ts';
import type { Program, ProgramExit } from '../../pty/program.ts';
import { runningTerminal, type TerminalTurn } from '../../pty/runningTerminal.ts';
import { ScreenTail } from '../../pty/screenTail.ts';
import { terminalBusy } from '../../pty/terminalBusy.ts';
import { terminalEnd } from '../../pty/terminalEnd.ts';
import { runTerminal } from '../../pty/terminalTurn.ts';
import { isRefusedBy } from '../answerQuestion.ts';
import { type AppServer, startAppServer } from '../appServer.ts';
import { requireCodex } from '../binary.ts';
import { toDockError } from '../classifyError.ts';
import { requireCredential } from '../credential.ts';
import type { Leftovers } from '../sandboxLeftovers.ts';
import { openSession, type Session } from '../session.ts';
import { terminalArguments, terminalEnvironment } from './nativeLaunch.ts';
import { ShownSession } from './shownSession.ts';
import { TerminalClient } from './terminalClient.ts';
import { openTerminalDoor } from './terminalDoor.ts';
import { TerminalMail } from './terminalMail.ts';
import { TerminalTalk } from './terminalTalk.ts';
import { TypingLine } from './typingLine.ts';

interface NativeParts {
  readonly context: DriverContext;
  readonly leftovers: Leftovers;
}

const stopLimitMs = 3_000;

/** One turn in the CLI's own terminal, from its start until the person leaves it. */
export function startNativeTurn(request: TurnRequest, sink: TurnSink, parts: NativeParts): RunningTurn {
  return runningTerminal(new NativeTurn(request, sink, parts));
}

/**
 * The terminal works on a server of its own, and through us: we are the server's one client, and pass on what it says to
 * the terminal and what the person does there to it.
 */
class NativeTurn implements TerminalTurn {
  readonly ended: Promise<TurnEnd>;
  readonly screen = new ScreenTail();
  readonly #request: TurnRequest;
  readonly #sink: TurnSink;
  readonly #parts: NativeParts;
  readonly #stopping = new AbortController();
  readonly #talk: TerminalTalk;
  readonly #mail: TerminalMail;
  readonly #client: TerminalClient;
  readonly #line = new TypingLine(() => {
    if (this.isIdle) this.#sink.rested?.();
  });
  #server: AppServer | undefined;
  #shown: ShownSession | undefined;
  #program: Program | undefined;
  #socket: WebSocket | undefined;
  /** The terminal shows the session. */
  #hasJoined = false;
  #hasExited = false;
  #bound: string | undefined;
  #failure: DockError | undefined;
  #isOver = false;

  constructor(request: TurnRequest, sink: TurnSink, parts: NativeParts) {
    this.#request = request;
    this.#sink = sink;
    this.#parts = parts;
    this.#talk = new TerminalTalk({
      ...{ request, sink },
      isAskedThere: id => this.#client.asks(id),
      onWord: () => this.#line.taken(),
      onTurn: () => this.#onTurn(),
      onRest: isDone => this.#rest(isDone),
      fail: error => this.#fail(error),
    });
    this.#mail = new TerminalMail({
      ...{ sink, talk: this.#talk, stopping: this.#stopping.signal },
      server: () => this.#server,
      session: () => this.#shown?.session,
      fail: error => this.#fail(error),
    });
    this.#client = new TerminalClient({
      server: () => this.#server,
      mayAsk: method => this.#isThere && !isRefusedBy(request.permissionMode, method),
      send: text => this.#socket?.send(text),
      change: (method, params) => this.#shown?.change(method, params) ?? params,
      answered: (method, params, result) => this.#shown?.answered(method, params, result),
      decided: id => this.#talk.withdraw(id),
    });
    this.ended = this.#run().then(
      exit => this.#endOf(exit),
      (error: unknown) => this.#endOf({ error: toDockError(error) }),
    );
  }

  get isIdle(): boolean {
    return this.#hasJoined && this.#talk.activeTurn === undefined && !this.#mail.isBusy;
  }

  get takesMessages(): boolean {
    return this.#isThere && this.isIdle && this.#line.isEmpty && !this.#stopping.signal.aborted;
  }

  /** The terminal is connected, and has not left. */
  get #isThere(): boolean {
    return !this.#hasExited && this.#socket !== undefined && this.#socket.readyState === this.#socket.OPEN;
  }

  typed(data: string): void {
    // First to the terminal: what may come in between is not to come before the line it makes room for.
    this.#program?.write(data);
    // Keys that answer a question stand on no line.
    if (!this.#client.isAsked) this.#line.typed(data, this.isIdle);
  }

  resize(columns: number, rows: number): void {
    this.#program?.resize(columns, rows);
  }

  async bring(text: string, messageId: string = randomUUID()): Promise<void> {
    if (!this.takesMessages) throw terminalBusy();
    await this.#mail.say(text, messageId);
  }

  async interrupt(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  async #run(): Promise<ProgramExit> {
    const { context, leftovers } = this.#parts;
    const server = await startAppServer(context, this.#client);
    this.#server = server;
    const leave = leftovers.enter(this.#request.workingDir);
    const endStrays = server.descendants.enter();
    const kill = () => void server.kill().catch(() => undefined);
    try {
      this.#stopping.signal.throwIfAborted();
      // A server that is still opening the session does nothing else.
      this.#stopping.signal.addEventListener('abort', kill);
      await requireCredential(server.connection, this.#request.workingDir);
      const listener = this.#listener(server);
      const session = await openSession(server, this.#request, context, listener);
      this.#stopping.signal.removeEventListener('abort', kill);
      const { workingDir, effort } = this.#request;
      this.#shown = new ShownSession({
        request: { workingDir, effort },
        ...{ server, listener, session },
        onLeft: () => this.#onLeft(),
        onShown: () => this.#onShown(),
      });
      await this.#bind(session);
      return await this.#openTerminal(session);
    } finally {
      this.#stopping.signal.removeEventListener('abort', kill);
      this.#isOver = true;
      await this.#interruptTurn();
      this.#line.close();
      this.#talk.close();
      await server.close();
      await endStrays();
      await leave();
    }
  }

  async #openTerminal(session: Session): Promise<ProgramExit> {
    const { context } = this.#parts;
    const { threadId, workingDir } = this.#request;
    const door = await openTerminalDoor(socket => this.#enter(socket));
    try {
      return await runTerminal({
        threadId,
        launch: launchable(await requireCodex(context), terminalArguments(door, session.id)),
        workingDir,
        environment: terminalEnvironment(context.environment, door, threadId),
        sink: this.#sink,
        stopping: this.#stopping.signal,
        onData: data => this.screen.add(data),
        onStarted: async program => {
          this.#program = program;
          void program.exited.then(() => {
            this.#hasExited = true;
          });
          await this.#sink.turnStarted(this.#request.messageId);
        },
      });
    } finally {
      door.close();
    }
  }

  #enter(socket: WebSocket): void {
    this.#socket = socket;
    socket.on('message', data => this.#client.receive(String(data)));
    socket.on('error', () => socket.terminate());
    // The person has left; what the agent does at that moment is not to go on unseen.
    socket.on('close', () => void this.#interruptTurn());
  }

  #listener(server: AppServer) {
    const { connection } = server;
    // Of ours and the terminal's answers to a request the first one counts.
    const ours: AppServer['connection'] = {
      ...connection,
      respond: (id, result) => {
        if (this.#client.settle(id)) connection.respond(id, result);
      },
      refuse: (id, message) => {
        if (this.#client.settle(id)) connection.refuse(id, message);
      },
    };
    return this.#talk.listenerFor({ ...server, connection: ours });
  }

  /** The session that is left does not go on unseen. */
  #onLeft(): void {
    void this.#interruptTurn();
    this.#talk.endSession();
  }

  #onShown(): void {
    // Nobody tells the end of what was going on in a session before it.
    if (this.#hasJoined) {
      if (this.#talk.activeTurn === undefined) this.#rest(false);
      return;
    }
    this.#hasJoined = true;
    const { prompt, messageId } = this.#request;
    if (prompt === '') this.#sink.rested?.();
    else void this.#mail.begin(prompt, messageId);
  }

  /** The person may have gone to another session there: with the first turn in it the thread goes with them. */
  #onTurn(): void {
    this.#sink.worked?.();
    const session = this.#shown?.session;
    if (session !== undefined) this.#bind(session).catch((error: unknown) => this.#fail(error));
  }

  #rest(isDone: boolean): void {
    const rest = async (): Promise<void> => {
      // To a terminal that has left nothing is said any more.
      await this.#mail.atRest(isDone && this.#isThere);
      if (this.isIdle) this.#sink.rested?.();
    };
    rest().catch((error: unknown) => this.#fail(error));
  }

  async #bind({ id, transcriptPath }: Session): Promise<void> {
    if (this.#bound === id) return;
    this.#bound = id;
    await this.#sink.sessionBound(transcriptPath === undefined ? { id } : { id, transcriptPath });
  }

  async #interruptTurn(): Promise<void> {
    const [server, threadId, turnId] = [this.#server, this.#shown?.session.id, this.#talk.activeTurn];
    if (server === undefined || threadId === undefined || turnId === undefined || !server.isAlive()) return;
    const stopping = server.connection.call('turn/interrupt', { threadId, turnId }, z.looseObject({}));
    await within(stopLimitMs, stopping, 'Codex did not stop the turn.').catch(() => undefined);
  }

  #fail(error: unknown): void {
    // That the server ends with the terminal is none.
    if (this.#isOver || this.#stopping.signal.aborted) return;
    this.#failure = toDockError(error);
    this.#stopping.abort();
  }

  #endOf(exit: ProgramExit | { readonly error: unknown }): TurnEnd {
    const wasStopped = this.#stopping.signal.aborted;
    const end = terminalEnd('Codex', { exit, failure: this.#failure, wasStopped });
    const [result, usage] = [this.#talk.result, this.#talk.usage];
    return { ...end, ...definedOnly({ result, usage }) };
  }
}
