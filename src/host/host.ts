import { createHash, randomBytes } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import type { EffectiveSettings, UserSettings } from '../contracts/settings.ts';
import { userFolder } from '../core/userFolder.ts';
import { startTimeOf } from '../providers/process/processTable.ts';
import { openThreadStore, type ThreadStore } from '../store/threadStore.ts';
import { deriveKey, loadUserKey } from '../store/userKey.ts';
import { DropFolder } from '../tools/dropFolder/dropFolder.ts';
import { Clients } from './clients.ts';
import type { ConnectionHost } from './connectionHost.ts';
import { createEnding, type Ending } from './ending.ts';
import { makeEndpoint } from './endpoint.ts';
import { createChangeLog } from './fleetFeed.ts';
import { hostStatus } from './hostStatus.ts';
import { identifyCaller } from './identifyCaller.ts';
import { Lifetime } from './lifetime.ts';
import { loadSettings } from './loadSettings.ts';
import { createLog, type Log } from './log.ts';
import { openToClients } from './openToClients.ts';
import { recover } from './recover.ts';
import { createRunningPrograms } from './runningPrograms.ts';
import { refuseServedFolder } from './servedFolder.ts';
import { type Agents, startAgents } from './startAgents.ts';
import { type Troubles, watchTroubles } from './troubles.ts';

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

/** What a host serves, with its lock in hand. */
interface OpenFolder {
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

async function serve(folder: OpenFolder): Promise<Host> {
  const { options, workspace, home, settings, endpoint, store, log, ending } = folder;
  const { version, environment, distDir } = options;
  // The same for every host of this user and folder: what a dead one left is found by it.
  const mark = createHash('sha256').update(`${home}\0${workspace}`).digest('hex').slice(0, 32);
  await takeOver(folder, mark);

  const troubles = watchTroubles(store, log);
  ending.add('the watch for trouble', async () => troubles.close());
  const clients = new Clients(() => lifetime.touch());
  // After the turns: until then the clients see how they end.
  ending.add('the connections', async () => clients.end());
  const agents = await startAgents({ store, settings, workspace, environment, mark, distDir, log, ending });
  const { tools, runner, mailroom } = agents;
  const dropsKey = deriveKey(await loadUserKey(home), 'drops');
  const drops = new DropFolder({ tools, key: dropsKey, log, onFree: () => lifetime.look() });
  ending.add('the drop folder', () => drops.close());

  const isBusy = () => hasWork(agents, drops);
  const lifetime = new Lifetime({ idleMinutes: settings.idle_minutes, isBusy, clients, ending, log });
  store.onCommit(() => lifetime.look());
  // A turn that ends when nothing can be written makes no commit.
  runner.onFree(() => lifetime.look());
  mailroom.onFree(() => lifetime.look());

  const key = randomBytes(32).toString('hex');
  const connections = hostForClients({ folder, key, agents, troubles, clients, lifetime });
  await drops.recover();
  await openToClients({
    host: { workspace, endpoint, key, version },
    ...{ store, log, ending },
    onClient: socket => clients.serve(socket, connections),
    onLost: reason => void lifetime.close(reason),
  });
  mailroom.sweep();
  drops.start();
  return { closed: lifetime.closed, close: reason => lifetime.close(reason), log };
}

/** Begins where the host before ended, or was ended. */
async function takeOver({ options, problems, store, log }: OpenFolder, mark: string): Promise<void> {
  const canWrite = store.readOnly === undefined;
  if (canWrite) await store.hostStarted({ version: options.version, pid: process.pid });
  for (const problem of problems) log(problem);
  log(`host ${options.version} started with pid ${process.pid}, epoch ${store.epoch}`);
  if (canWrite) await recover(store, mark, log);
}

/** Where nothing can be written nothing starts any more: only what runs is waited for. */
function hasWork({ tools, runner, mailroom }: Agents, drops: DropFolder): boolean {
  const { store, active } = tools;
  if (store.readOnly === undefined) return active.size > 0 || drops.isBusy || mailroom.isBusy();
  return [...active.keys()].some(id => runner.running(id));
}

interface ServingParts {
  readonly folder: OpenFolder;
  readonly key: string;
  readonly agents: Agents;
  readonly troubles: Troubles;
  readonly clients: Clients;
  readonly lifetime: Lifetime;
}

function hostForClients({ folder, key, agents, troubles, clients, lifetime }: ServingParts): ConnectionHost {
  const { options, home, problems, store, log } = folder;
  const { tools, doors, runner } = agents;
  const about = { tools, version: options.version, startedAt: new Date().toISOString(), problems };
  return {
    ...{ tools, key, troubles, log, doors },
    changes: createChangeLog(store),
    identify: (introduction, nonces) =>
      identifyCaller(introduction, nonces, home, { all: store.threads(), active: tools.active }),
    ...createRunningPrograms(runner, store),
    status: () => hostStatus({ ...about, clients: clients.size }),
    stop: whenIdle => lifetime.stop(whenIdle),
  };
}
