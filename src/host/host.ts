import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { HostFile } from '../contracts/rpc.ts';
import { protocolVersion } from '../contracts/rpc.ts';
import type { UserSettings } from '../contracts/settings.ts';
import { isActive } from '../core/schedule.ts';
import { userFolder } from '../core/userFolder.ts';
import { userEnvironment } from '../providers/process/environment.ts';
import { startTimeOf } from '../providers/process/processTable.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { openThreadStore } from '../store/threadStore.ts';
import type { ToolHost } from '../tools/toolContext.ts';
import { type ConnectionHost, serveConnection } from './connection.ts';
import { createDrivers } from './createDrivers.ts';
import { makeEndpoint } from './endpoint.ts';
import { createChangeLog } from './fleetFeed.ts';
import { identifyCaller } from './identifyCaller.ts';
import { createIdleTimer } from './idleTimer.ts';
import { writeLauncher } from './launcher.ts';
import { loadSettings } from './loadSettings.ts';
import { createLog } from './log.ts';
import { createHealthCheck } from './providerHealth.ts';
import { recover } from './recover.ts';
import { createSerializer } from './serially.ts';
import { createTurnRunner } from './turnRunner.ts';

export interface HostOptions {
  readonly workspace: string;
  readonly version: string;
  /** Folder of the bundle: holds the command's script and the SQLite wasm. */
  readonly distDir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly fromWindow: Partial<UserSettings>;
}

export interface Host {
  readonly endpoint: string;
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
  const log = createLog(join(workspace, '.agentdock', 'state', 'host.log'));
  const { settings, problems } = await loadSettings({
    userFolder: home,
    workspace,
    fromWindow: options.fromWindow,
  });
  const store = await openThreadStore({
    workspace,
    userConfigDir: home,
    wasmFile: join(options.distDir, 'sql-wasm.wasm'),
    startTimeOf,
  });
  const runtimeDir = await mkdtemp(join(tmpdir(), 'agentdock-'));
  // The same for every host of this user and folder: what a dead one left is found by it.
  const mark = createHash('sha256').update(`${home}\0${workspace}`).digest('hex').slice(0, 32);
  await recover(store, mark, log);

  const launcherDir = join(runtimeDir, 'bin');
  writeLauncher(launcherDir, join(options.distDir, 'cli.js'));
  const environment = userEnvironment(options.environment);
  const drivers = createDrivers(
    {
      environment: {
        ...environment,
        PATH: [launcherDir, environment['PATH'] ?? ''].join(delimiter),
        [hostMark]: mark,
      },
      workspace,
      runtimeDir,
      log,
    },
    settings,
  );
  const runner = createTurnRunner({ store, drivers, settings, workspace, log });
  const health = createHealthCheck(drivers.values());
  const tools: ToolHost = {
    store,
    workspace,
    settings,
    pump: runner.pump,
    interrupt: runner.interrupt,
    health,
    permissionMeans: (provider, mode) => drivers.get(provider)?.capabilities.permissionModes[mode] ?? mode,
    inTurn: createSerializer(),
  };
  return undefined as never;
}
