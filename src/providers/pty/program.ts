import { constants } from 'node:os';
import { killGroup } from '../process/killGroup.ts';
import type { Launch } from '../process/resolveBinary.ts';
import { guardTerminal } from './guardTerminal.ts';
import type { SpawnPty } from './loadPty.ts';

export interface ProgramExit {
  readonly code: number;
  /** Name of the signal that ended it. */
  readonly signal: string | undefined;
}

/** One program in a pty. */
export interface Program {
  readonly pid: number;
  /** Settles after the last output; never rejects. */
  readonly exited: Promise<ProgramExit>;
  write(data: string): void;
  resize(columns: number, rows: number): void;
  /** Hard, with its process group, and without a look at the process table. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  readonly launch: Launch;
  readonly workingDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onData: (data: string) => void;
}

const initialSize = { cols: 120, rows: 30 };

export function startProgram(spawn: SpawnPty, options: ProgramOptions): Program {
  const { file, args, options: launchOptions } = options.launch;
  const terminal = spawn(file, launchOptions.windowsVerbatimArguments ? args.join(' ') : args, {
    ...initialSize,
    name: 'xterm-256color',
    cwd: options.workingDir,
    env: { ...options.environment },
  });
  guardTerminal(terminal);
  let hasEnded = false;
  terminal.onData(options.onData);
  const exited = new Promise<ProgramExit>(resolve => {
    terminal.onExit(({ exitCode, signal }) => {
      hasEnded = true;
      resolve({ code: exitCode, signal: signal ? signalName(signal) : undefined });
    });
  });
  return {
    pid: terminal.pid,
    exited,
    write: data => {
      if (!hasEnded) terminal.write(data);
    },
    resize: (columns, rows) => {
      if (!hasEnded && isSize(columns) && isSize(rows)) terminal.resize(columns, rows);
    },
    kill: async () => {
      if (!hasEnded) await killGroup(terminal.pid);
    },
  };
}

function signalName(signal: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === signal)?.[0] ?? `signal ${signal}`;
}

/** The kernel keeps sizes in 16 bits. */
function isSize(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}
