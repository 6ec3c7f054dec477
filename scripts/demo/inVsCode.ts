import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userEnvironment } from '../../src/providers/process/environment.ts';
import { builtVsix } from '../../test/rigs/builtVsix.ts';
import { startCodeServer } from '../../test/rigs/codeServer.ts';
import { installCodeServer } from '../../test/rigs/codeServerInstall.ts';
import { killMarked, rigMark } from '../../test/rigs/markedProcesses.ts';
import { quietSettings } from '../../test/rigs/quietSettings.ts';
import { runProgram } from '../../test/rigs/runProgram.ts';
import { complaints } from './complaints.ts';
import { type DemoOptions, type DemoWorld, inDemoWorld } from './demoWorld.ts';
import { findDesktop } from './findDesktop.ts';
import { unlessAborted } from './interruption.ts';
import { runFleet } from './runFleet.ts';

/** The main job in a real VS Code; runs until the person ends it. Returns the exit code. */
export async function runInVsCode(options: DemoOptions): Promise<number> {
  const { say } = options;
  const desktop = await findDesktop(process.env);
  if (desktop === undefined) {
    say('No desktop VS Code found: setting up code-server (the first time it is downloaded from npm) …');
    await installCodeServer();
  }
  say('Packaging AgentDock …');
  const vsix = await builtVsix();
  return await inDemoWorld(options, async world => {
    const { client, signal } = world;
    const window = await (desktop === undefined
      ? openCodeServer(world, vsix)
      : openDesktop(desktop, world, vsix));
    try {
      say('Spawning one worker on each provider …');
      const fleet = await unlessAborted(runFleet(client, say), signal);
      for (const { provider, state, session } of fleet) say(`${provider}: ${state}, session ${session}`);
      const wrong = complaints(fleet);
      for (const complaint of wrong) say(complaint);
      say(
        `\n${window.where}\nLook at the AgentDock icon in the activity bar. Press Ctrl+C here to end the demo.`,
      );
      if (!signal.aborted) await Promise.race([window.closed, once(signal, 'abort')]);
      return wrong.length === 0 ? 0 : 1;
    } finally {
      await window.close();
    }
  });
}

interface Window {
  /** For the person: where to look. */
  readonly where: string;
  /** Settles when the person closed it. */
  readonly closed: Promise<unknown>;
  close(): Promise<void>;
}

async function openCodeServer({ root, workspace, env }: DemoWorld, vsix: string): Promise<Window> {
  const folder = join(root, 'server');
  await mkdir(folder);
  // Who has the window has a shell: other users of the machine do not know the address.
  const token = randomBytes(16).toString('hex');
  const server = await startCodeServer({
    root: folder,
    token,
    extensions: [vsix],
    environment: env,
    settings: { 'workbench.startupEditor': 'none' },
  });
  return {
    where: `Open ${server.url}/?${new URLSearchParams({ tkn: token, folder: workspace })}`,
    closed: new Promise(() => undefined),
    close: server.stop,
  };
}

/** With a user-data and an extensions folder of the demo's own: the person's profile stays untouched. */
async function openDesktop(code: string, world: DemoWorld, vsix: string): Promise<Window> {
  const folder = join(world.root, 'code');
  const own = ['--user-data-dir', join(folder, 'data'), '--extensions-dir', join(folder, 'extensions')];
  await mkdir(join(folder, 'data', 'User'), { recursive: true });
  await writeFile(join(folder, 'data', 'User', 'settings.json'), JSON.stringify(quietSettings));
  const mark = randomUUID();
  const env = {
    ...userEnvironment(process.env),
    ...world.env,
    PATH: process.env['PATH'] ?? '',
    [rigMark]: mark,
  };
  await runProgram(code, [...own, '--install-extension', vsix], { env });
  const child = spawn(
    code,
    [...own, '--new-window', '--wait', '--disable-workspace-trust', world.workspace],
    { env, shell: process.platform === 'win32', stdio: 'ignore' },
  );
  const closed = once(child, 'exit');
  return {
    where: 'A VS Code window with the demo workspace is open.',
    closed,
    close: async () => {
      child.kill();
      // The window's own processes have left `code` behind: found by their mark on Linux, elsewhere the person's to close.
      killMarked(mark);
      await closed;
    },
  };
}
