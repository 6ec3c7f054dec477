import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverContext } from '../../src/providers/driver.ts';
import { type AgentHome, makeAgentHome } from '../clis/environment.ts';
import { type ModelServer, startModelServer } from '../models/server.ts';

/** What a driver works with: a HOME, a workspace and a model server of its own. */
export interface DriverPlace {
  readonly models: ModelServer;
  readonly agentHome: AgentHome;
  readonly root: string;
  readonly workspace: string;
  readonly runtimeDir: string;
  contextFor(
    environment: Readonly<Record<string, string | undefined>>,
    binary: string | undefined,
  ): DriverContext;
  close(): Promise<void>;
}

/** `name`: begins the name of the folder. */
export async function makeDriverPlace(
  name: string,
  options: Parameters<typeof startModelServer>[0] = {},
): Promise<DriverPlace> {
  const models = await startModelServer(options);
  const agentHome = await makeAgentHome({ modelUrl: models.url });
  const root = await realpath(await mkdtemp(join(tmpdir(), name)));
  const workspace = join(root, 'workspace');
  const runtimeDir = join(root, 'run');
  await mkdir(join(workspace, '.agentdock', 'state'), { recursive: true });
  await mkdir(join(workspace, '.agentdock', 'requests'));
  await mkdir(runtimeDir, { mode: 0o700 });
  await writeFile(join(workspace, '.agentdock', 'state', 'secret.txt'), 'the secret');
  return {
    ...{ models, agentHome, root, workspace, runtimeDir },
    contextFor: (environment, binary) => ({
      environment: definedOf({ ...agentHome.env, ...environment }),
      ...{ workspace, runtimeDir, binary },
      log: () => undefined,
    }),
    close: async () => {
      await models.close();
      await agentHome.dispose();
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function definedOf(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
