import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { PermissionMode } from '../../src/contracts/thread.ts';
import type { Dock } from '../host/harness.ts';
import { atRest, denyPermissions, type RealProvider, type ThreadDetail } from '../host/turns.ts';

export interface AgentTurn {
  readonly thread: ThreadId;
  readonly shown: ThreadDetail;
  /** What the model read as the result of each tool call, in their order. */
  readonly results: readonly string[];
  /** All that reached the model in this session: results, and messages beside them. */
  readonly read: readonly string[];
}

export interface AgentTask {
  readonly provider: RealProvider;
  readonly mode: PermissionMode;
  readonly steps: readonly string[];
  /** The person answers no thread meanwhile, neither this nor another one. Default: they say no to every permission. */
  readonly isAlone?: boolean;
}

let turns = 0;

/** To whatever an agent may not do by itself. */
export const personSaysNo = 'The person says no.';

/** Runs a turn whose model makes the calls of `steps`, to its end. */
export async function runAgent(dock: Dock, client: DockClient, task: AgentTask): Promise<AgentTurn> {
  turns += 1;
  const { provider, mode, steps } = task;
  const prompt = [`Task ${turns}.`, '<<script', ...steps, 'say The end.', 'script>>', ''].join('\n');
  const { thread_id: thread } = await client.call('spawn_thread', {
    provider,
    prompt,
    task_name: `${provider} ${mode}`,
    permission_mode: mode,
  });
  const stop = task.isAlone === true ? () => undefined : denyPermissions(client, personSaysNo);
  const shown = await atRest(client, thread).finally(stop);
  const last = dock.models.requests().findLast(({ side, userTurns }) => !side && userTurns.includes(prompt));
  const { toolResults: results = [], steers = [], userTurns = [] } = last ?? {};
  return { thread, shown, results, read: [...results, ...steers, ...userTurns] };
}

/** Puts a program into the workspace, where an agent can run it. */
export async function putProgram(dock: Dock, name: string, ...lines: readonly string[]): Promise<void> {
  const file = join(dock.workspace, name);
  await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(file, 0o755);
}

export async function putRawClient(dock: Dock): Promise<void> {
  await copyFile(join(import.meta.dirname, 'rawClient.mjs'), join(dock.workspace, 'rawClient.mjs'));
}
