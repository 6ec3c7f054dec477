import { createHash, randomBytes } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { DockError, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import { protocolVersion } from '../contracts/rpc.ts';
import type { EffectiveSettings, UserSettings } from '../contracts/settings.ts';
import { userFolder } from '../core/userFolder.ts';
import type { NativeTerminal, RunningTurn } from '../providers/driver.ts';
import { startTimeOf } from '../providers/process/processTable.ts';
import { damageText } from '../store/damage.ts';
import { openThreadStore, type ThreadStore } from '../store/threadStore.ts';
import { deriveKey, loadUserKey } from '../store/userKey.ts';
import { createDropFolder } from '../tools/dropFolder/dropFolder.ts';
import { type ServedClient, serveConnection } from './connection.ts';
import type { ConnectionHost } from './connectionHost.ts';
import { createEnding, type Ending } from './ending.ts';
import { isPublished, makeEndpoint, publishEndpoint, withdrawEndpoint } from './endpoint.ts';
import { createChangeLog } from './fleetFeed.ts';
import { identifyCaller } from './identifyCaller.ts';
import { createIdleTimer } from './idleTimer.ts';
import { listen } from './listen.ts';
import { loadSettings } from './loadSettings.ts';
import { createLog, type Log } from './log.ts';
import { recover } from './recover.ts';
import { refuseServedFolder, removeDeadSockets } from './servedFolder.ts';
import { startAgents } from './startAgents.ts';
import { stayFound } from './stayFound.ts';
import { watchTroubles } from './troubles.ts';
import type { TurnRunner } from './turnRunner.ts';

export interface HostOptions {
  readonly workspace: string;
  readonly version: string;
  /** Folder of the bundle: holds the command's script and the SQLite wasm. */
  readonly distDir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly fromWindow: Partial<UserSettings>;
}

export interface Host {
  /** Settles when the host has ended. */
  readonly closed: Promise<void>;
  /** May be called twice; never rejects. */
  close(reason: string): Promise<void>;
  readonly log: Log;
}

/** For each thing that must end: the turns with their processes, the drivers, the state. */
const endingMs = 15_000;

/**
 * Starts the host of one workspace folder: lock, state, recovery of what a dead host left, and only then the endpoint.
 * Throws `DockError`: `not_found` without `.agentdock/`, `conflict` when another host owns the folder,
 * `storage_unavailable`, `version_mismatch`.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const workspace = await dockFolder(options.workspace);
  const home = userFolder(options.environment);
  const { settings, problems } = await loadSettings({
    userFolder: home,
    workspace,
    fromWindow: options.fromWindow,
  });
  const endpoint = makeEndpoint(workspace, home);
  await refuseServedFolder(endpoint);
  const store = await openThreadStore({
    workspace,
    userConfigDir: home,
    wasmFile: join(options.distDir, 'sql-wasm.wasm'),
    startTimeOf,
  });
  const log = createLog(join(workspace, '.agentdock', 'state', 'host.log'));
  const ending = createEnding(log, endingMs);
  ending.add('the state', () => store.close());
  try {
    return await serve({ options, workspace, home, settings, problems, endpoint, store, log, ending });
  } catch (error) {
    await ending.run();
    throw error;
  }
}

/** The real path of a folder that holds `.agentdock/`. */
async function dockFolder(folder: string): Promise<string> {
  const path = await realpath(folder).catch(() => folder);
  const found = await stat(join(path, '.agentdock')).catch(() => undefined);
  if (found?.isDirectory()) return path;
  throw new DockError('not_found', `There is no .agentdock folder in ${folder}.`, {
    hint: 'Run `agentdock init` there.',
  });
}

interface ServeOptions {
  readonly options: HostOptions;
  readonly workspace: string;
  /** The person's AgentDock folder. */
  readonly home: string;
  readonly settings: EffectiveSettings;
  readonly problems: readonly string[];
  readonly endpoint: string;
  readonly store: ThreadStore;
  readonly log: Log;
  readonly ending: Ending;
}

async function serve(parts: ServeOptions): Promise<Host> {
  const { options, workspace, home, settings, problems, endpoint, store, log, ending } = parts;
  const canWrite = store.readOnly === undefined;
  if (canWrite) await store.hostStarted({ version: options.version, pid: process.pid });
  for (const problem of problems) log(problem);
  log(`host ${options.version} started with pid ${process.pid}, epoch ${store.epoch}`);

  // The same for every host of this user and folder: what a dead one left is found by it.
  const mark = createHash('sha256').update(`${home}\0${workspace}`).digest('hex').slice(0, 32);
  if (canWrite) await recover(store, mark, log);

  const troubles = watchTroubles(store, log);
  ending.add('the watch for trouble', async () => troubles.close());

  const clients = new Map<Socket, ServedClient>();
  // After the turns: until then the clients see how they end.
  ending.add('the connections', async () => {
    for (const socket of clients.keys()) socket.end();
  });
  const { environment, distDir } = options;
  const agents = { store, settings, workspace, environment, mark, distDir, log, ending };
  const { tools, doors, runner, mailroom } = await startAgents(agents);
  const { active } = tools;
  const dropsKey = deriveKey(await loadUserKey(home), 'drops');
  const drops = createDropFolder({ tools, key: dropsKey, log, onFree: () => lookWhetherIdle() });
  ending.add('the drop folder', drops.close);
  const key = randomBytes(32).toString('hex');
  const changes = createChangeLog(store);
  const startedAt = new Date().toISOString();
  const closed = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  let stopsWhenIdle = false;

  // Where nothing can be written nothing starts any more: only what runs is waited for.
  const isBusy = () =>
    store.readOnly === undefined
      ? active.size > 0 || drops.isBusy || mailroom.isBusy()
      : [...active.keys()].some(id => runner.running(id));
  const idle = createIdleTimer(
    settings.idle_minutes,
    () => clients.size > 0 || isBusy(),
    () => void close('it was idle'),
  );
  const connections: ConnectionHost = {
    tools,
    key,
    changes,
    troubles,
    log,
    doors,
    identify: (introduction, nonces) =>
      identifyCaller(introduction, nonces, home, { all: store.threads(), active }),
    terminal: thread => openTerminal(runner, store, thread),
    write: (thread, data) => runningProgram(runner, store, thread).write?.(data),
    resize: (thread, columns, rows) => runner.running(thread)?.resize?.(columns, rows),
    status: () => ({
      pid: process.pid,
      version: options.version,
      protocol: protocolVersion,
      workspace,
      epoch: store.epoch,
      started_at: startedAt,
      clients: clients.size,
      active: active.size,
      threads: store.threads().size,
      settings,
      ...(store.readOnly === undefined ? {} : { read_only: toToolError(store.readOnly) }),
      rejected_settings: [...problems],
      damage: store.damage().map(damageText),
    }),
    stop: whenIdle => {
      stopsWhenIdle = whenIdle && isBusy();
      if (!stopsWhenIdle) setImmediate(() => void close('it was asked to stop'));
      return !stopsWhenIdle;
    },
  };
  const lookWhetherIdle = () => {
    idle.touch();
    if (stopsWhenIdle && !isBusy()) void close('it was asked to stop when idle');
  };
  store.onCommit(lookWhetherIdle);
  // A turn that ends when nothing can be written makes no commit.
  runner.onFree(lookWhetherIdle);
  mailroom.onFree(lookWhetherIdle);

  const close = (reason: string): Promise<void> => {
    closing ??= shutDown(reason).then(closed.resolve);
    return closing;
  };
  const shutDown = async (reason: string) => {
    log(`host stops: ${reason}`);
    for (const client of clients.values()) client.sayStopping(reason);
    idle.close();
    await ending.run();
  };

  await drops.recover();
  const server = await listen(endpoint, log, socket => {
    const leave = () => {
      clients.delete(socket);
      idle.touch();
    };
    clients.set(socket, serveConnection(socket, connections, leave));
    idle.touch();
  });
  ending.add('the endpoint', async () => {
    server.close();
    // Before the turns are ended: who looks for a host now waits for the next one.
    await withdrawEndpoint(workspace);
  });
  await removeDeadSockets(endpoint);
  const published = { workspace, endpoint, key, version: options.version };
  const publish = () => publishEndpoint(published);
  await publish();
  const found = stayFound({
    store,
    isPublished: () => isPublished(published),
    publish,
    onMoved: () => void close('its folder was moved or removed'),
    onTaken: () => void close('another host has taken its folder'),
    log,
  });
  ending.add('the watch', async () => found.close());
  mailroom.sweep();
  drops.start();
  return { closed: closed.promise, close, log };
}

function openTerminal(runner: TurnRunner, store: ThreadStore, thread: ThreadId): NativeTerminal {
  const { terminal } = runningProgram(runner, store, thread);
  if (terminal !== undefined) return terminal;
  throw new DockError('conflict', `Thread ${thread} runs without a terminal of its own.`);
}

function runningProgram(runner: TurnRunner, store: ThreadStore, thread: ThreadId): RunningTurn {
  const running = runner.running(thread);
  if (running !== undefined) return running;
  throw new DockError(
    'conflict',
    `Thread ${thread} does not run (${store.get(thread)?.state ?? 'unknown'}).`,
  );
}
