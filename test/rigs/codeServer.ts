import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installCodeServer } from './codeServerInstall.ts';
import { killMarked, rigMark } from './markedProcesses.ts';
import { quietSettings } from './quietSettings.ts';
import { runProgram } from './runProgram.ts';

export interface CodeServerOptions {
  /** An empty folder for everything the server writes. */
  readonly root: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Only who brings it, as `tkn` in the address, gets in; anybody without one. */
  readonly token?: string;
  /** Lets a page run an extension test suite; it also hides all notifications. */
  readonly smokeTestDriver?: boolean;
  /** Asks for trust in a workspace, as a person's VS Code does; else all are trusted. */
  readonly workspaceTrust?: boolean;
  /** Paths of VSIX files. */
  readonly extensions?: readonly string[];
  /** On top of the quiet settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The whole environment of the server and of all it starts. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface CodeServer {
  readonly url: string;
  readonly port: number;
  /** Its process group. */
  readonly pid: number;
  readonly log: () => string;
  /** Ends the server and everything that was started from within it, also what has detached itself. */
  readonly stop: () => Promise<void>;
}

export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { serverMain } = await installCodeServer();
  const userData = join(options.root, 'data');
  const extensions = join(options.root, 'extensions');
  await mkdir(join(userData, 'User'), { recursive: true });
  const trust = { 'security.workspace.trust.enabled': options.workspaceTrust ?? false };
  const settings = { ...quietSettings, ...trust, ...options.settings };
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(settings, undefined, 2));
  // The web workbench takes the settings of the machine, not those of the browser's user.
  await mkdir(join(userData, 'Machine'), { recursive: true });
  await writeFile(join(userData, 'Machine', 'settings.json'), JSON.stringify(settings, undefined, 2));

  const mark = randomUUID();
  const env: NodeJS.ProcessEnv = { ...options.environment, [rigMark]: mark };
  // Set in an integrated terminal; the server would hand everything over to that window.
  delete env['VSCODE_IPC_HOOK_CLI'];
  const folders = [
    '--server-data-dir',
    options.root,
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
  ];
  for (const vsix of options.extensions ?? []) {
    await runProgram(process.execPath, [serverMain, ...folders, '--install-extension', vsix], { env });
  }
  const child = spawn(
    process.execPath,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
      ...(options.token === undefined
        ? ['--without-connection-token']
        : ['--connection-token-file', await writeToken(options.root, options.token)]),
      ...['--accept-server-license-terms', '--disable-telemetry'],
      ...folders,
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(options.smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
    ],
    { cwd: options.root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const stop = () => stopGroup(child, mark);
  try {
    const port = await listeningPort(child, () => log);
    return { url: `http://127.0.0.1:${port}`, port, pid: child.pid ?? 0, log: () => log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A command line could be read by every user of the machine. */
async function writeToken(root: string, token: string): Promise<string> {
  const file = join(root, 'token');
  await writeFile(file, token, { mode: 0o600 });
  return file;
}

function listeningPort(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`code-server did not answer in 60 s:\n${log()}`)),
      60_000,
    );
    const look = () => {
      const port = /Extension host agent listening on (\d+)/.exec(log())?.[1];
      if (port !== undefined) settle(() => resolve(Number(port)));
    };
    const ended = () => settle(() => reject(new Error(`code-server ended at its start:\n${log()}`)));
    const settle = (then: () => void) => {
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('close', ended);
      then();
    };
    child.stdout?.on('data', look);
    child.on('close', ended);
    child.on('error', ended);
  });
}

async function stopGroup(child: ChildProcess, mark: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close');
    signalGroup(child.pid, 'SIGTERM');
    const impatience = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), 5000);
    await closed;
    clearTimeout(impatience);
  }
  killMarked(mark);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The whole group has ended.
  }
}
