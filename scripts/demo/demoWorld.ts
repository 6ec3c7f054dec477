import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../src/client/connect.ts';
import type { DockClient } from '../../src/client/dockClient.ts';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { startHost } from '../../src/client/startHost.ts';
import { userFolder } from '../../src/core/userFolder.ts';
import { version } from '../../src/core/version.ts';
import { makeAgentHome } from '../../test/clis/environment.ts';
import { endAll, environmentEntry, processesWith } from '../../test/host/processes.ts';
import { startModelServer } from '../../test/models/server.ts';
import { makeWindowIdentity } from '../../test/rigs/makeWindowIdentity.ts';
import { rigMark } from '../../test/rigs/markedProcesses.ts';
import { projectRoot } from '../../test/rigs/projectRoot.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import { listenForInterruption } from './interruption.ts';

export interface DemoWorld {
  /** An empty place for more. */
  readonly root: string;
  readonly workspace: string;
  /** The complete environment of the demo's host. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts the host from the built bundle. */
  readonly client: DockClient;
  /** Aborted when the person ends the demo. */
  readonly signal: AbortSignal;
}

export interface DemoOptions {
  readonly say: (line: string) => void;
  /** On top of the environment of the demo's host. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A workspace with `.agentdock/`, a scripted model server on loopback and a HOME in which the real CLIs are signed in to
 * it. All of it is gone when this settles, whatever `use` did and also after Ctrl+C; gives the exit code.
 */
export async function inDemoWorld(
  { say, env: changes = {} }: DemoOptions,
  use: (world: DemoWorld) => Promise<number>,
): Promise<number> {
  const interruption = listenForInterruption();
  const { signal } = interruption;
  signal.addEventListener('abort', () => say('\nEnding the demo …'), { once: true });
  const ending = new AsyncDisposableStack();
  ending.defer(interruption.dispose);
  try {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'agentdock-')));
    ending.defer(() => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    const models = await startModelServer();
    ending.defer(models.close);
    const agents = await makeAgentHome({ modelUrl: models.url, dir: root });
    ending.defer(() => endProcesses(agents.home));
    const workspace = await makeWorkspace(root);
    const mark = process.env[rigMark];
    const env = { ...agents.env, ...(mark === undefined ? {} : { [rigMark]: mark }), ...changes };
    const identity = await makeWindowIdentity(userFolder(env));
    const client = connect({
      workspace,
      // The demo plays the person, whoever has started it.
      kind: 'window',
      window: async () => identity,
      version,
      startHost: () =>
        startHost({
          hostScript: join(projectRoot, 'dist', 'host.js'),
          workspace,
          environment: env,
          // Whoever runs the demo, its world has a person.
          startedBy: 'window',
        }),
    });
    ending.defer(() => client.dispose());
    ending.defer(async () => void (await client.stop().catch(() => undefined)));
    return await use({ root, workspace, env, client, signal });
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    await ending.disposeAsync();
  }
}

async function makeWorkspace(root: string): Promise<string> {
  const workspace = join(root, 'demo');
  await mkdir(join(workspace, 'src', 'settings'), { recursive: true });
  await mkdir(join(workspace, 'docs'));
  await writeFile(join(workspace, 'README.md'), '# Demo\n\nA workspace for AgentDock’s demo.\n');
  await initWorkspace(workspace);
  return workspace;
}

/** The host that was asked to stop takes its agents along; what is still there after a while is ended by force. */
async function endProcesses(home: string): Promise<void> {
  const left = () => processesWith(environmentEntry('HOME', home));
  const noneLeft = async () => (await left()).length === 0;
  await waitFor('the host to end', noneLeft, { timeoutMs: 20_000 }).catch(async () => endAll(await left()));
}
