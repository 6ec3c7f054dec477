import { realpath } from 'node:fs/promises';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { EffectiveSettings } from '../../src/contracts/settings.ts';
import { createSerializer } from '../../src/host/serially.ts';
import type { ThreadStore, ThreadStoreOptions } from '../../src/store/threadStore.ts';
import { callTool } from '../../src/tools/callTool.ts';
import { followActive } from '../../src/tools/followActive.ts';
import type { Caller, ToolHost } from '../../src/tools/toolContext.ts';
import { makeStoreHarness, type StoreHarness } from '../store/storeHarness.ts';
import type { Owner } from '../support/owner.ts';

export const settings: EffectiveSettings = {
  max_running: 2,
  max_depth: 2,
  default_permission_mode: 'ask',
  highest_permission_mode: 'full',
  confirm_full: true,
  idle_minutes: 10,
  wake_master: 'each',
  drop_folder: 'spawn',
};

/** The tools over a real store. Nothing runs: what is queued stays so until the test says otherwise. */
export async function makeToolHarness(
  t: Owner,
  given: Partial<EffectiveSettings> = {},
  storeOptions: Partial<ThreadStoreOptions> = {},
  /** A folder that was used before, by a host that has ended. */
  earlier?: StoreHarness,
) {
  const harness = earlier ?? (await makeStoreHarness(t));
  const store = await harness.open(storeOptions);
  const interrupted: ThreadId[] = [];
  const host: ToolHost = {
    store,
    active: followActive(store),
    workspace: await realpath(harness.workspace),
    settings: { ...settings, ...given },
    pump: () => undefined,
    stepAside: () => () => undefined,
    isAside: () => false,
    interrupt: async id => void interrupted.push(id),
    health: async () => [],
    // What runs in a pty has no other terminal.
    hasTerminal: provider => provider !== 'command',
    // As where a prompt is typed.
    unfitForTerminal: (_provider, prompt) => (prompt.startsWith('/') ? 'it is a command there' : undefined),
    permissionMeans: (_provider, mode) => mode,
    inTurn: createSerializer(),
  };
  const call = async (tool: string, args: unknown, caller: Caller = { kind: 'person' }) =>
    callTool(tool, args, { ...host, caller, signal: new AbortController().signal });
  return { ...harness, folder: harness, store, host, interrupted, call };
}

/** The thread and turn of a successful `spawn_thread` or `resume_thread`. */
export async function startedBy(reply: ReturnType<typeof callTool>): Promise<{ id: ThreadId; turn: string }> {
  const answer = await reply;
  if (!answer.ok) throw new Error(answer.error.message);
  const { thread_id, turn_id } = answer.result as { thread_id: ThreadId; turn_id: string };
  return { id: thread_id, turn: turn_id };
}

/** The turn takes its slot, as the host's runner would have it. */
export async function prepare(
  store: ThreadStore,
  { id, turn }: { id: ThreadId; turn: string },
): Promise<void> {
  await store.commit([{ thread: id, change: { type: 'turn.preparing', turn_id: turn } }]);
}

export async function end(store: ThreadStore, { id, turn }: { id: ThreadId; turn: string }): Promise<void> {
  const change = { type: 'turn.ended', turn_id: turn, outcome: 'completed', source: 'provider' } as const;
  await store.commit([{ thread: id, change }]);
}
