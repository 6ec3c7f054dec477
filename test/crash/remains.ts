import assert from 'node:assert/strict';
import type { DockClient } from '../../src/client/dockClient.ts';
import { type StateChange, stateChangeSchema } from '../../src/contracts/journalEvent.ts';
import { readProcessTable, startTimeOf } from '../../src/providers/process/processTable.ts';
import { commandLineOf, shortCommandLine } from '../host/processes.ts';
import { type JournalChange, journalChanges } from './journalOnDisk.ts';
import { deliveries, type Scene, type Story } from './scene.ts';

/** What the dead host left: the whole basis of what may be expected. */
export interface Remains {
  readonly thread: string | undefined;
  /** All of the thread. */
  readonly changes: readonly StateChange[];
  /** Turns of the thread that are in the journal. */
  readonly turns: readonly string[];
  /** Types of the watched turn's changes. */
  readonly types: ReadonlySet<string>;
  /** Of the watched turn, if it has ended. */
  readonly outcome: string | undefined;
  readonly isCancelled: boolean;
  readonly session: string | undefined;
  readonly delivered: number;
  readonly processes: readonly { readonly pid: number; readonly startTime: string }[];
}

/** How the watched turn must end, given only what is in the journal. */
export type Fate = 'never queued' | 'runs' | 'interrupted' | 'cancelled' | 'ended';

export async function lookAtRemains(scene: Scene, story: Pick<Story, 'secondSteps'>): Promise<Remains> {
  const own = await ownChanges(scene);
  const turns = own.flatMap(({ type, turn_id }) => (type === 'turn.queued' && turn_id ? [turn_id] : []));
  const watched = turns[story.secondSteps === undefined ? 0 : 1];
  const ofTurn = own.filter(change => watched !== undefined && change.turn_id === watched);
  const bound = own.findLast(change => change.type === 'session.bound')?.['session_id'];
  const table = await readProcessTable();
  const pids = await scene.dock.processes();
  return {
    thread: own[0]?.thread,
    changes: own.flatMap(change => stateChangeSchema.safeParse(change).data ?? []),
    turns,
    types: new Set(ofTurn.map(({ type }) => type)),
    outcome: outcomeIn(ofTurn),
    isCancelled: own.some(({ type }) => type === 'cancel.requested'),
    session: typeof bound === 'string' ? bound : undefined,
    delivered: deliveries(scene, scene.prompt),
    processes: table.filter(({ pid }) => pids.includes(pid)),
  };
}

/** All changes of the scene's thread, from its making on. */
async function ownChanges(scene: Scene): Promise<readonly JournalChange[]> {
  const changes = await journalChanges(scene.dock);
  const created = changes.find(
    change => change.type === 'thread.created' && change['idempotency_key'] === scene.spawn.idempotency_key,
  );
  return changes.filter(change => change.thread !== undefined && change.thread === created?.thread);
}

function outcomeIn(changes: readonly JournalChange[]): string | undefined {
  const outcome = changes.find(({ type }) => type === 'turn.ended')?.['outcome'];
  return outcome === undefined ? undefined : String(outcome);
}

export function fateOf({ types, isCancelled }: Remains): Fate {
  if (!types.has('turn.queued')) return 'never queued';
  if (types.has('turn.ended')) return 'ended';
  if (isCancelled) return 'cancelled';
  return types.has('prompt.sending') ? 'interrupted' : 'runs';
}

/** Everything that ran when the host died has ended by the time the next one answers. */
export async function checkNothingGoesOn(scene: Scene, { processes }: Remains, fate: Fate): Promise<void> {
  const alive = [];
  for (const { pid, startTime } of processes) {
    // One that has lost its memory and only waits to be collected runs nothing.
    const commandLine = shortCommandLine(pid);
    if ((await startTimeOf(pid)) === startTime && commandLine !== '') alive.push(`${pid} ${commandLine}`);
  }
  assert.deepEqual(alive, [], 'processes of the dead host live on');
  // The next host may have begun the turn that waits.
  if (fate === 'runs') return;
  const writers = (await scene.dock.processes()).filter(pid =>
    commandLineOf(pid).includes(`./grow.sh ${scene.tag}-`),
  );
  assert.deepEqual(writers.map(shortCommandLine), [], 'a program of the dead turn goes on writing');
}

export async function checkAcknowledged(
  { acknowledged }: Scene,
  remains: Remains,
  client: DockClient,
): Promise<void> {
  const { thread, turns, cancel } = acknowledged;
  if (cancel) assert.ok(remains.isCancelled, 'an acknowledged cancel is missing');
  assert.deepEqual(remains.turns.slice(0, turns.length), turns, 'an acknowledged turn is missing');
  if (thread === undefined) return;
  assert.equal(remains.thread, thread, 'an acknowledged thread is missing');
  assert.ok(client.threads.has(thread), 'the next host does not show an acknowledged thread');
}
