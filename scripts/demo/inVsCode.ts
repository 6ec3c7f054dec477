import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { userEnvironment } from '../../src/providers/process/environment.ts';
import { resolveBinary } from '../../src/providers/process/resolveBinary.ts';
import { builtVsix } from '../../test/rigs/builtVsix.ts';
import { startCodeServer } from '../../test/rigs/codeServer.ts';
import { quietSettings } from '../../test/rigs/quietSettings.ts';
import { type DemoWorld, makeDemoWorld } from './demoWorld.ts';
import { connectToDemo, runFleet } from './runFleet.ts';

/** The main job in a real VS Code; runs until the person ends it. Returns the exit code. */
export async function runInVsCode(say: (line: string) => void): Promise<number> {
  const world = await makeDemoWorld(say);
  const ended = untilAsked();
  const client = connectToDemo(world);
  try {
    say('Packaging AgentDock …');
    const window = await openWindow(world, await builtVsix(), say);
    say('Spawning one worker on each provider …');
    const fleet = await runFleet(client, say);
    for (const { provider, state, session } of fleet) say(`${provider}: ${state}, session ${session}`);
    say(
      `\n${window.where}\nLook at the AgentDock icon in the activity bar. Press Ctrl+C here to end the demo.`,
    );
    await Promise.race([ended, window.closed]);
    await window.close();
    return 0;
  } finally {
    await client.stop().catch(() => undefined);
    client.dispose();
    await world.dispose();
  }
}

interface Window {
  /** For the person: where to look. */
  readonly where: string;
  /** Settles when the person closed it. */
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

async function openWindow(world: DemoWorld, vsix: string, say: (line: string) => void): Promise<Window> {
  const desktop = await resolveBinary({
    name: 'code',
    variable: 'AGENTDOCK_CODE_BIN',
    setting: undefined,
    environment: userEnvironment(process.env),
  });
  if (desktop !== undefined) return openDesktop(desktop.path, world, vsix);
  say('No desktop VS Code found: setting up code-server (the first time it is downloaded from npm) …');
  const root = join(dirname(world.workspace), 'server');
  await mkdir(root);
  const server = await startCodeServer({
    root,
    extensions: [vsix],
    environment: world.env,
    settings: { 'workbench.startupEditor': 'none' },
  });
  return {
    where: `Open ${server.url}/?folder=${encodeURIComponent(world.workspace)}`,
    closed: new Promise(() => undefined),
    close: server.stop,
  };
}

/** With a user-data and an extensions folder of the demo's own: the person's profile stays untouched. */
async function openDesktop(code: string, world: DemoWorld, vsix: string): Promise<Window> {
  const root = join(dirname(world.workspace), 'code');
  const own = ['--user-data-dir', join(root, 'data'), '--extensions-dir', join(root, 'extensions')];
  await mkdir(join(root, 'data', 'User'), { recursive: true });
  await writeFile(join(root, 'data', 'User', 'settings.json'), JSON.stringify(quietSettings));
  const env = { ...process.env, ...world.env, PATH: process.env['PATH'] ?? '' };
  const shell = process.platform === 'win32';
  const installed = spawnSync(code, [...own, '--install-extension', vsix], { env, shell, stdio: 'inherit' });
  if (installed.status !== 0) throw new Error('VS Code did not install the extension.');
  const child = spawn(
    code,
    [...own, '--new-window', '--wait', '--disable-workspace-trust', world.workspace],
    {
      env,
      shell,
      stdio: 'ignore',
    },
  );
  return {
    where: 'A VS Code window with the demo workspace is open.',
    closed: once(child, 'exit'),
    close: async () => void child.kill(),
  };
}

function untilAsked(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
