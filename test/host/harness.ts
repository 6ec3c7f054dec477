import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { connect } from '../../src/client/connect.ts';
import type { WindowIdentity } from '../../src/client/connectOptions.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import { readHostFile } from '../../src/client/hostFile.ts';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { startHost } from '../../src/client/startHost.ts';
import type { UserSettings } from '../../src/contracts/settings.ts';
import { threadMark } from '../../src/core/agentMarks.ts';
import { userFolder } from '../../src/core/userFolder.ts';
import { version } from '../../src/core/version.ts';
import { makeAgentHome } from '../clis/environment.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';
import { makeWindowIdentity } from '../rigs/makeWindowIdentity.ts';
import { rigMark } from '../rigs/markedProcesses.ts';
import { cacheFolder, projectRoot } from '../rigs/projectRoot.ts';
import type { Owner } from '../support/owner.ts';
import { waitFor } from '../support/waitFor.ts';
import { type CliRun, type CliRunOptions, runDockCli } from './dockCli.ts';
import {
  commandLineOf,
  endAll,
  endGently,
  environmentEntry,
  isGone,
  processesWith,
  shortCommandLine,
} from './processes.ts';

export const hostScript = join(projectRoot, 'dist', 'host.js');

/** Owns what all tests of a file share. To be called at the top of the file: node takes no such hook later. */
export function wholeFile(): Owner {
  const cleans: (() => Promise<void>)[] = [];
  after(async () => {
    for (const clean of cleans.reverse()) await clean();
  });
  return { after: clean => void cleans.push(clean) };
}

export interface DockOptions {
  /** Shared with other docks; default: a server of its own. */
  readonly models?: ModelServer;
  /** The person's settings: `config.json` in the user's folder. */
  readonly settings?: Partial<UserSettings>;
  /** `.agentdock/config.json`. */
  readonly workspaceConfig?: object;
  /** Added to the environment of host and commands; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the workspace is; default: a temporary folder. Made if need be. */
  readonly workspace?: string;
}

export interface ConnectAs {
  /** `window`: the person, by a key of this HOME. `cli`: whatever the test process itself is. */
  readonly kind?: 'window' | 'cli';
  /** False: only a host that runs already. */
  readonly start?: boolean;
}

/** One workspace folder with its person: a HOME in which the real CLIs are signed in to a scripted model server. */
export interface Dock {
  readonly workspace: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly models: ModelServer;
  /** The person's window, with the keys by which a host knows it. */
  readonly window: WindowIdentity;
  /** The state's folder, or a path in it. */
  state(...names: readonly string[]): string;
  /** A connected client; rejects with what kept it from connecting. Disposed with the dock. */
  connect(as?: ConnectAs): Promise<DockClient>;
  /** Starts a host without a client; rejects with what the host says. */
  startHost(): Promise<void>;
  /** `agentdock` as a real process, from a terminal that no agent stands behind. */
  cli(args: readonly string[], options?: Partial<CliRunOptions>): Promise<CliRun>;
  /** Of the host that says where it listens. */
  hostPid(): Promise<number>;
  /** All living host processes of this HOME, also ones that only look whether they are needed. */
  hostPids(): Promise<readonly number[]>;
  /** Sends the signal and waits until the host is gone. */
  killHost(signal?: NodeJS.Signals): Promise<void>;
  /** Pids that carry the thread's mark. */
  processesWithMark(threadId: string): Promise<readonly number[]>;
  /** Pids of everything that was started with this HOME. */
  processes(): Promise<readonly number[]>;
  /** Stops the host; rejects when a process of this dock outlives it. */
  dispose(): Promise<void>;
}

export async function makeDock(owner: Owner, options: DockOptions = {}): Promise<Dock> {
  const models = options.models ?? (await startModelServer());
  const agents = await makeAgentHome({ modelUrl: models.url });
  const workspace = await makeWorkspace(options);
  // The runner of the tests finds by its mark whatever a crashed test file leaves. Hosts start often, and the same.
  const rig = { [rigMark]: process.env[rigMark], NODE_COMPILE_CACHE: join(cacheFolder, 'compiled') };
  const env = withChanges(withChanges(agents.env, rig), options.env ?? {});
  const folder = userFolder(env);
  if (options.settings !== undefined) await writeJson(join(folder, 'config.json'), options.settings);
  const window = await makeWindowIdentity(folder);
  const clients: DockClient[] = [];

  // Whoever runs the tests, a dock has a person.
  const start = () => startHost({ hostScript, workspace, environment: env, startedBy: 'window' });
  const hostPid = async () => {
    const file = await readHostFile(workspace);
    if (file === undefined) throw new Error('Expected a running host, got no host.json.');
    return file.pid;
  };
  const killHost = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const pid = await hostPid().catch(async () => (await hostPids())[0]);
    if (pid === undefined) throw new Error('Expected a running host, got none.');
    process.kill(pid, signal);
    await waitFor(`host ${pid} to end after ${signal}`, () => isGone(pid));
  };
  const processes = () => processesWith(environmentEntry('HOME', agents.home));
  const hostPids = async () => (await processes()).filter(pid => commandLineOf(pid).includes(hostScript));
  let isDisposed = false;
  const dispose = async () => {
    if (isDisposed) return;
    isDisposed = true;
    for (const client of clients) client.dispose();
    try {
      await stopHosts(hostPids);
      await expectNoneLeft(processes);
    } finally {
      await endAll(await processes());
      if (options.models === undefined) await models.close();
      await agents.dispose();
      if (options.workspace === undefined) await rm(workspace, { recursive: true, force: true });
    }
  };
  owner.after(dispose);

  return {
    workspace,
    home: agents.home,
    env,
    models,
    window,
    state: (...names) => join(workspace, '.agentdock', 'state', ...names),
    connect: async ({ kind = 'window', start: mayStart = true } = {}) => {
      const client = connect({
        workspace,
        kind,
        version,
        ...(kind === 'window' ? { window: async () => window } : {}),
        ...(mayStart ? { startHost: start } : {}),
      });
      clients.push(client);
      await untilConnected(client);
      return client;
    },
    startHost: start,
    cli: (args, run = {}) =>
      runDockCli(args, { cwd: workspace, ...run, env: withChanges(env, run.env ?? {}) }),
    hostPid,
    hostPids,
    killHost,
    processesWithMark: threadId => processesWith(environmentEntry(threadMark, threadId)),
    processes,
    dispose,
  };
}

/** Also for a client that lost its host and looks for the next one. */
export async function untilConnected(client: DockClient): Promise<void> {
  if (client.state.kind === 'connected') return;
  await new Promise<void>((resolve, reject) => {
    const stop = client.onDidChangeState(state => {
      if (state.kind === 'connecting') return;
      stop();
      if (state.kind === 'connected') resolve();
      else reject(state.error);
    });
  });
}

async function makeWorkspace({ workspace, workspaceConfig }: DockOptions): Promise<string> {
  const folder = workspace ?? (await mkdtemp(join(tmpdir(), 'dock-work-')));
  await mkdir(folder, { recursive: true });
  await initWorkspace(folder);
  const path = await realpath(folder);
  if (workspaceConfig !== undefined)
    await writeJson(join(path, '.agentdock', 'config.json'), workspaceConfig);
  return path;
}

async function writeJson(file: string, value: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify(value), { mode: 0o600 });
}

function withChanges(
  env: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries({ ...env, ...changes });
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** A client that was just connecting may have started one more. */
async function stopHosts(hostPids: () => Promise<readonly number[]>): Promise<void> {
  const asked = new Set<number>();
  const noneLeft = async () => {
    const pids = await hostPids();
    for (const pid of pids.filter(one => !asked.has(one))) {
      asked.add(pid);
      endGently(pid);
    }
    return pids.length === 0;
  };
  await waitFor('the host to end after SIGTERM', noneLeft);
}

async function expectNoneLeft(processes: () => Promise<readonly number[]>): Promise<void> {
  let left: readonly number[] = [];
  const isEmpty = async () => {
    left = await processes();
    return left.length === 0;
  };
  await waitFor('all processes of the dock to end', isEmpty).catch(() => {
    throw new Error(`These processes outlived their host:\n${left.map(shortCommandLine).join('\n')}`);
  });
}
