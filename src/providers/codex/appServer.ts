import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { DockError } from '../../contracts/errors.ts';
import type { ProcessRef } from '../../contracts/thread.ts';
import { version } from '../../core/version.ts';
import type { DriverContext } from '../driver.ts';
import { endEntries } from '../process/endTree.ts';
import { readProcessTable, withEnvironmentEntry } from '../process/processTable.ts';
import { type Cli, type CliExit, spawnCli } from '../process/spawnCli.ts';
import { endStarted, processRefOf } from '../process/startedProcess.ts';
import { type SharedTracker, shareTracker } from '../process/trackDescendants.ts';
import { within } from '../process/within.ts';
import { withoutProxyToUs } from '../process/withoutProxyToUs.ts';
import { requireCodex } from './binary.ts';
import { toDockError } from './classifyError.ts';
import { type Connection, connect, type RequestId } from './connection.ts';
import { appServerArgs, serverMark } from './launch.ts';
import { isUnreadEnd, type Notification, parseNotification } from './notifications.ts';
import { threadIdIn } from './threadIdIn.ts';

/** Who hears what the server says about one session. */
export interface SessionListener {
  notification(notification: Notification): void;
  request(id: RequestId, method: string, params: unknown): void;
  unparsed(line: string): void;
  /** The server has ended, and with it the turn. */
  lost(error: DockError): void;
}

/** Hears all that the server says and asks, besides the listeners. */
export interface ServerMirror {
  notification(line: string): void;
  /** True where the person may answer it there. */
  request(id: RequestId, method: string, params: unknown): boolean;
}

/** One `codex app-server` process. It ends with us: its standard input closes. */
export interface AppServer {
  readonly process: ProcessRef;
  readonly connection: Connection;
  /** What it said of itself at its start. */
  readonly greeting: unknown;
  readonly descendants: SharedTracker;
  /** False for a session that somebody listens to already. */
  listen(sessionId: string, listener: SessionListener): boolean;
  unlisten(sessionId: string): void;
  /** A session that a turn has given up while it was being opened; `left` settles when it is closed again. */
  leaveLater(sessionId: string, left: Promise<unknown>): void;
  /** Resolves when nobody is still leaving the session. */
  untilLeft(sessionId: string): Promise<unknown>;
  isAlive(): boolean;
  /** Settles when the process has ended, whatever the reason, and what it left behind has been ended too. */
  readonly gone: Promise<DockError>;
  /** Lets the server finish by itself, ends it after a while. */
  close(): Promise<void>;
  /** For a server that does not answer any more. */
  kill(): Promise<void>;
}

const closeLimitMs = 5_000;
const resumeHint = 'Resume the thread: it starts a new server and continues the session.';

export async function startAppServer(context: DriverContext, mirror?: ServerMirror): Promise<AppServer> {
  const file = await requireCodex(context);
  const nonce = randomUUID();
  const cli = spawnCli({
    file,
    args: appServerArgs(),
    // A folder without settings of its own, since a server also reads those of the folder it starts in.
    workingDir: context.runtimeDir,
    environment: { ...withoutProxyToUs(context.environment), [serverMark]: nonce },
  });
  const router = makeRouter();
  const leaving = new Map<string, Promise<unknown>>();
  const connection = connect(cli, {
    notification: (method, params, line) => {
      mirror?.notification(line);
      const notification = parseNotification(method, params);
      if (notification === 'ignored') return;
      if (notification === 'unparsed' || isUnreadEnd(notification)) router.unparsed(line, threadIdIn(params));
      if (notification !== 'unparsed') router.notification(notification);
    },
    request: (id, method, params) => {
      const listener = router.listenerOf(threadIdIn(params));
      const isAsked = mirror?.request(id, method, params) ?? false;
      if (listener !== undefined) listener.request(id, method, params);
      else if (!isAsked) connection.refuse(id, 'AgentDock has no turn this belongs to.');
    },
    unparsed: line => router.unparsed(line, undefined),
    hangs: method => {
      unanswered ??= method;
      context.log(`codex app-server does not answer ${method}; it is ended.`);
      kill().catch((error: unknown) => connection.fail(toDockError(error)));
    },
  });

  /** The call it was ended for. */
  let unanswered: string | undefined;
  let alive = true;
  const gone = cli.exited.then(async exit => {
    alive = false;
    const error = unanswered === undefined ? exitError(exit, cli) : hangError(unanswered);
    connection.fail(error);
    router.lost(error);
    const left = await endLeftovers(`${serverMark}=${nonce}`).catch(() => 0);
    if (left > 0) context.log(`codex app-server left ${left} processes behind; they were ended.`);
    return error;
  });

  const { pid } = cli;
  if (pid === undefined) throw await gone;
  const process = await processRefOf({ ...cli, pid }, 'codex app-server', true);
  if (process === undefined) throw await gone;
  const kill = async (): Promise<void> => {
    await endStarted(cli, process, { graceMs: 0 });
    await gone;
  };
  const close = async (): Promise<void> => {
    cli.endInput();
    await within(closeLimitMs, gone, 'Codex did not end.').catch(kill);
  };
  const greeting = await initialize(connection).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    process,
    connection,
    greeting,
    descendants: shareTracker(process),
    listen: router.listen,
    unlisten: router.unlisten,
    leaveLater: (sessionId, left) => {
      leaving.set(sessionId, left);
      void left.finally(() => leaving.delete(sessionId));
    },
    untilLeft: async sessionId => leaving.get(sessionId),
    isAlive: () => alive,
    gone,
    kill,
    close,
  };
}

/** What a turn started is ended by the turn; this is about the server's own helpers. */
async function endLeftovers(entry: string): Promise<number> {
  const marked = await withEnvironmentEntry(await readProcessTable(), entry);
  return marked.length === 0 ? 0 : endEntries(marked);
}

async function initialize(connection: Connection): Promise<unknown> {
  const clientInfo = { name: 'agentdock', title: 'AgentDock', version };
  const greeting = await connection.call(
    'initialize',
    { clientInfo, capabilities: { experimentalApi: true } },
    z.looseObject({}),
  );
  connection.notify('initialized');
  return greeting;
}

function exitError(exit: CliExit, cli: Cli): DockError {
  if (exit.error !== undefined) {
    return new DockError('provider_missing', `The Codex CLI could not be started: ${exit.error.message}`, {
      hint: 'Check the path of `codex` in AgentDock’s settings.',
      cause: exit.error,
    });
  }
  const how = exit.signal === undefined ? `exit code ${exit.code}` : exit.signal;
  const lastLine = cli.stderrTail().trim().split('\n').at(-1) ?? '';
  const isConfig = /^Error(: | loading | parsing ).*config/i.test(lastLine);
  return isConfig
    ? new DockError('invalid_arguments', lastLine, { hint: 'Correct the Codex config (config.toml).' })
    : new DockError('upstream_unavailable', `The Codex server ended (${how}).`, { hint: resumeHint });
}

function hangError(method: string): DockError {
  const message = `The Codex server did not answer \`${method}\` and was ended.`;
  return new DockError('upstream_unavailable', message, { hint: resumeHint });
}

/** What is said about a session before its id came back is kept this long, over all sessions. */
const maxEarly = 100;

interface Router {
  listen(sessionId: string, listener: SessionListener): boolean;
  unlisten(sessionId: string): void;
  listenerOf(sessionId: string | undefined): SessionListener | undefined;
  notification(notification: Notification): void;
  /** A line that names no session may belong to any of them. */
  unparsed(line: string, sessionId: string | undefined): void;
  lost(error: DockError): void;
}

function makeRouter(): Router {
  const listeners = new Map<string, SessionListener>();
  let early: Notification[] = [];
  const listenerOf: Router['listenerOf'] = id => (id === undefined ? undefined : listeners.get(id));
  return {
    listen: (id, listener) => {
      if (listeners.has(id)) return false;
      listeners.set(id, listener);
      const missed = early.filter(notification => notification.params.threadId === id);
      early = early.filter(notification => notification.params.threadId !== id);
      for (const notification of missed) listener.notification(notification);
      return true;
    },
    unlisten: id => void listeners.delete(id),
    listenerOf,
    notification: notification => {
      const listener = listeners.get(notification.params.threadId);
      if (listener === undefined) early = [...early, notification].slice(-maxEarly);
      else listener.notification(notification);
    },
    unparsed: (line, id) => {
      const one = listenerOf(id);
      for (const listener of one === undefined ? listeners.values() : [one]) listener.unparsed(line);
    },
    lost: error => {
      for (const listener of listeners.values()) listener.lost(error);
    },
  };
}
