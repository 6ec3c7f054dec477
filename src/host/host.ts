import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DockError, toToolError } from '../contracts/errors.ts';
import type { ThreadId } from '../contracts/ids.ts';
import { protocolVersion } from '../contracts/rpc.ts';
import type { UserSettings } from '../contracts/settings.ts';
import { folderMark } from '../core/agentMarks.ts';
import { userFolder } from '../core/userFolder.ts';
import type { RunningTurn } from '../providers/driver.ts';
import { userEnvironment } from '../providers/process/environment.ts';
import { startTimeOf } from '../providers/process/processTable.ts';
import { openThreadStore, type ThreadStore } from '../store/threadStore.ts';
import { followActive } from '../tools/followActive.ts';
import type { ToolHost } from '../tools/toolContext.ts';
import { type ConnectionHost, serveConnection } from './connection.ts';
import { createDrivers } from './createDrivers.ts';
import { makeEndpoint, publishEndpoint, withdrawEndpoint } from './endpoint.ts';
import { createChangeLog } from './fleetFeed.ts';
import { identifyCaller } from './identifyCaller.ts';
import { createIdleTimer } from './idleTimer.ts';
import { writeLauncher } from './launcher.ts';
import { listen } from './listen.ts';
import { loadSettings } from './loadSettings.ts';
import { createLog } from './log.ts';
import { createHealthCheck } from './providerHealth.ts';
import { recover } from './recover.ts';
import { createSerializer } from './serially.ts';
import { refuseServedFolder, removeDeadSockets } from './servedFolder.ts';
import { stayFound } from './stayFound.ts';
import { createTurnRunner, type TurnRunner } from './turnRunner.ts';

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
  close(reason: string): Promise<void>;
}

/**
 * Starts the host of one workspace folder: lock, state, recovery of what a dead host left, and only then the endpoint.
 * Throws `DockError`: `not_found` without `.agentdock/`, `conflict` when another host owns the folder,
 * `storage_unavailable`, `version_mismatch`.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const workspace = await realpath(options.workspace);
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
  const sayStarted = () => store.hostStarted({ version: options.version, pid: process.pid });
  const canWrite = store.readOnly === undefined;
  if (canWrite) await sayStarted();
  log(`host ${options.version} started with pid ${process.pid}, epoch ${store.epoch}`);

  const runtimeDir = await mkdtemp(join(tmpdir(), 'agentdock-'));
  // The same for every host of this user and folder: what a dead one left is found by it.
  const mark = createHash('sha256').update(`${home}\0${workspace}`).digest('hex').slice(0, 32);
  if (canWrite) await recover(store, mark, log);

  const launcherDir = join(runtimeDir, 'bin');
  writeLauncher(launcherDir, join(options.distDir, 'cli.js'));
  const environment = userEnvironment(options.environment);
  const drivers = createDrivers(
    {
      environment: {
        ...environment,
        PATH: [launcherDir, environment['PATH'] ?? ''].join(delimiter),
        [folderMark]: mark,
      },
      workspace,
      runtimeDir,
      log,
    },
    settings,
  );
  const active = followActive(store);
  const runner = createTurnRunner({ store, active, drivers, settings, workspace, log });
  const tools: ToolHost = {
    store,
    active,
    workspace,
    settings,
    pump: runner.pump,
    interrupt: runner.interrupt,
    health: createHealthCheck(drivers.values()),
    permissionMeans: (provider, mode) => drivers.get(provider)?.capabilities.permissionModes[mode] ?? mode,
    inTurn: createSerializer(),
  };

  const key = randomBytes(32).toString('hex');
  const sockets = new Set<Socket>();
  const changes = createChangeLog(store);
  const startedAt = new Date().toISOString();
  const closed = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  let stopsWhenIdle = false;

  const isBusy = () => active.size > 0;
  const idle = createIdleTimer(
    settings.idle_minutes,
    () => sockets.size > 0 || isBusy(),
    () => void close('it was idle'),
  );
  const connections: ConnectionHost = {
    tools,
    key,
    changes,
    log,
    identify: (introduction, nonces) =>
      identifyCaller(introduction, nonces, home, { all: store.threads(), active }),
    write: (thread, data) => runningProgram(runner, store, thread).write?.(data),
    resize: (thread, columns, rows) => runner.running(thread)?.resize?.(columns, rows),
    status: () => ({
      pid: process.pid,
      version: options.version,
      protocol: protocolVersion,
      workspace,
      epoch: store.epoch,
      started_at: startedAt,
      clients: sockets.size,
      active: active.size,
      threads: store.threads().size,
      ...(store.readOnly === undefined ? {} : { read_only: toToolError(store.readOnly) }),
      damage: [...problems, ...store.damage().map(({ message }) => message)],
    }),
    stop: whenIdle => {
      stopsWhenIdle = whenIdle && isBusy();
      if (!stopsWhenIdle) setImmediate(() => void close('it was asked to stop'));
      return !stopsWhenIdle;
    },
  };
  store.onCommit(() => {
    idle.touch();
    if (stopsWhenIdle && !isBusy()) void close('it was asked to stop when idle');
  });

  const close = (reason: string): Promise<void> => {
    closing ??= shutDown(reason).then(closed.resolve, closed.reject);
    return closing;
  };
  let server: Server | undefined;
  let found: { close(): void } | undefined;
  const shutDown = async (reason: string) => {
    log(`host stops: ${reason}`);
    idle.close();
    found?.close();
    server?.close();
    await runner.close();
    await Promise.all([...drivers.values()].map(driver => driver.close()));
    for (const socket of sockets) socket.end();
    changes.close();
    await withdrawEndpoint(workspace);
    await store.close();
    await rm(runtimeDir, { recursive: true, force: true });
  };

  server = await listen(endpoint, socket => {
    sockets.add(socket);
    idle.touch();
    serveConnection(socket, connections, () => {
      sockets.delete(socket);
      idle.touch();
    });
  });
  await removeDeadSockets(endpoint);
  const publish = () => publishEndpoint({ workspace, endpoint, key, version: options.version });
  await publish();
  found = stayFound({
    store,
    touch: sayStarted,
    publish,
    onMoved: () => void close('its folder was moved or removed'),
    log,
  });
  runner.pump();
  return { closed: closed.promise, close };
}

function runningProgram(runner: TurnRunner, store: ThreadStore, thread: ThreadId): RunningTurn {
  const running = runner.running(thread);
  if (running !== undefined) return running;
  throw new DockError(
    'conflict',
    `Thread ${thread} does not run (${store.get(thread)?.state ?? 'unknown'}).`,
  );
}
