import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { threadMark } from '../../src/core/agentMarks.ts';
import { endMarked } from '../../src/providers/process/endTree.ts';
import { startTimeOf } from '../../src/providers/process/processTable.ts';
import { waitFor } from '../support/waitFor.ts';

export interface TreeHarness {
  readonly threadId: string;
  readonly root: { readonly pid: number; readonly start_time: string };
  readonly child: ChildProcess;
  /** What the tree has printed, once none of it can print any more. */
  readonly allPrinted: Promise<string>;
  /** The number behind `name=` in what the script printed, once it is there. */
  number(name: string): Promise<number>;
}

/** A shell script as the root of a process tree, marked with a thread id of its own and ended after the test. */
export async function makeTree(
  t: TestContext,
  script: string,
  options: { readonly threadId?: string; readonly detached?: boolean } = {},
): Promise<TreeHarness> {
  const threadId = options.threadId ?? newThreadId();
  const child = spawn('sh', ['-c', script], {
    env: { PATH: process.env['PATH'], [threadMark]: threadId },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: options.detached ?? true,
  });
  t.after(() => endMarked(threadId, { graceMs: 0 }));
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  const pid = child.pid ?? 0;
  const allPrinted = once(child, 'close').then(() => text);
  return {
    threadId,
    child,
    root: { pid, start_time: await waitFor('the root to be there', () => startTimeOf(pid)) },
    allPrinted,
    number: async name =>
      Number(await waitFor(`${name} in ${text}`, () => new RegExp(`${name}=(\\d+)\\n`).exec(text)?.[1])),
  };
}

export function newThreadId(): string {
  return `thread-${randomUUID()}`;
}

export async function isGone(pid: number): Promise<boolean> {
  return (await startTimeOf(pid)) === undefined;
}

/** A shell script that can start itself again by `$0`. */
export async function scriptFile(t: TestContext, script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'agentdock-process-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'script.sh');
  await writeFile(file, script);
  return file;
}
