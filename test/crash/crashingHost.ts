import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Dock } from '../host/harness.ts';
import { hostScript } from '../host/harness.ts';
import type { Moment } from './preload/crash.ts';

/** One moment of one call; `nth` of the calls of that name that count, the first when absent. */
export interface CrashPoint {
  readonly at: string;
  readonly when: Moment;
  readonly nth?: number;
}

export interface CrashingHost {
  readonly pid: number;
  /** Resolves to false when it ended before it listened. */
  readonly ready: Promise<boolean>;
  /** Settles when the process has ended. */
  readonly died: Promise<void>;
}

export function describePoint({ at, when, nth = 1 }: CrashPoint): string {
  return `${when} ${at}${nth === 1 ? '' : ` (${nth})`}`;
}

/** Starts `dist/host.js` as the client would, with the preload in front; it dies at the point, if there is one. */
export function startCrashingHost(
  dock: Dock,
  orders: (CrashPoint | { readonly record?: string }) & { readonly from?: string },
): CrashingHost {
  const preload = new URL('preload/main.ts', import.meta.url);
  for (const [name, value] of Object.entries(orders)) preload.searchParams.set(name, String(value));
  const args = ['--import', preload.href, hostScript, '--workspace', dock.workspace, '--from-window'];
  const child = spawn(process.execPath, args, {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...dock.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  if (child.pid === undefined) throw new Error('The host could not be started.');
  child.stdin.on('error', () => undefined);
  child.stdin.end('{}');
  const died = once(child, 'exit').then(() => undefined);
  const firstLine = once(createInterface({ input: child.stdout }), 'line').then(([line]: string[]) => {
    if (line?.includes('"ready"') !== true) throw new Error(`The host did not start: ${line}`);
    return true;
  });
  return { pid: child.pid, died, ready: Promise.race([firstLine, died.then(() => false)]) };
}
