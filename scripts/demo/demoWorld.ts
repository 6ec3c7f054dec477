import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initWorkspace } from '../../src/client/initWorkspace.ts';
import { makeAgentHome } from '../../test/clis/environment.ts';
import { installClis } from '../../test/clis/installClis.ts';
import { startModelServer } from '../../test/models/server.ts';

export interface DemoWorld {
  readonly workspace: string;
  /** The complete environment of the demo's host. */
  readonly env: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/** The real CLIs, a scripted model server on loopback, a HOME of their own and a workspace with `.agentdock/`. */
export async function makeDemoWorld(say: (line: string) => void): Promise<DemoWorld> {
  say('Setting up the agent CLIs (the first time they are downloaded from npm) …');
  await installClis();
  const root = await realpath(await mkdtemp(join(tmpdir(), 'agentdock-')));
  const models = await startModelServer();
  const agents = await makeAgentHome({ modelUrl: models.url, dir: root });
  const workspace = join(root, 'demo');
  await mkdir(join(workspace, 'src', 'settings'), { recursive: true });
  await mkdir(join(workspace, 'docs'));
  await writeFile(join(workspace, 'README.md'), '# Demo\n\nA workspace for AgentDock’s demo.\n');
  await initWorkspace(workspace);
  return {
    workspace,
    env: agents.env,
    dispose: async () => {
      await models.close();
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
