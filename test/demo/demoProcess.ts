import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { killMarked, markedProcesses, rigMark } from '../rigs/markedProcesses.ts';
import { projectRoot } from '../rigs/projectRoot.ts';

export interface DemoProcess {
  /** The only place in which the demo makes its folders. */
  readonly temporary: string;
  readonly output: () => string;
  /** Resolves once the output matches; rejects when the demo has ended without. */
  says(wanted: RegExp): Promise<void>;
  /** As the terminal does at Ctrl+C: to the process group. */
  interrupt(): void;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** Living processes that the demo has started, also detached ones. */
  left(): readonly number[];
}

/** `npm start` as a process group of its own, like a job of a shell. */
export async function startDemo(
  t: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<DemoProcess> {
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'dock-demo-')));
  const mark = randomUUID();
  const child = spawn(process.execPath, [join(projectRoot, 'scripts', 'run.mjs'), 'start', ...args], {
    // Also in a terminal of VS Code's server there is the desktop that a test gives.
    env: { ...process.env, VSCODE_IPC_HOOK_CLI: undefined, TMPDIR: temporary, ...env, [rigMark]: mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(async () => {
    killMarked(mark);
    await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return {
    temporary,
    output: () => output,
    says: wanted =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (wanted.test(output)) resolve();
        };
        child.stdout.on('data', look);
        child.on('close', () => reject(new Error(`The demo ended without ${wanted}:\n${output}`)));
        look();
      }),
    interrupt: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    },
    ended,
    left: () => markedProcesses(mark),
  };
}
