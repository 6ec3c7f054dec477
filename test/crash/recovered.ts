import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { readProcessTable, startTimeOf } from '../../src/providers/process/processTable.ts';
import { commandLineOf, isGone, shortCommandLine } from '../host/processes.ts';
import { databaseRows } from '../host/stateFiles.ts';
import { atRest, endedTurns, historyOf, type ThreadDetail } from '../host/turns.ts';
import { waitFor } from '../support/waitFor.ts';
import { type JournalChange, journalChanges } from './journalOnDisk.ts';
import { deliveries, firstAnswer, promptOf, resumeArgs, type Scene, type Story } from './story.ts';

/** What the dead host left: the whole basis of what may be expected. */
interface Remains {
  readonly thread: ThreadId | undefined;
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

export interface Recovery {
  readonly fate: Fate;
  readonly delivered: number;
}

/** Starts the next host and checks all that must hold. Leaves no host running. */
export async function checkRecovered(scene: Scene, story: Story): Promise<Recovery> {
  const { dock } = scene;
  const remains = await lookAtRemains(scene, story);
  const found = fateOf(remains);
  // Before its `prompt.sending` is on disk nothing of a prompt has left.
  if (remains.delivered > 0)
    assert.ok(remains.types.has('prompt.sending'), 'the prompt left before the journal said so');

  const client = await dock.connect();
  const stop = story.meanwhile?.(client);
  try {
    await checkNothingGoesOn(scene, remains, found);
    await checkAcknowledged(scene, remains, client);

    const thread = await repeatCalls(scene, story, remains, client);
    const fate = await cancelAgain(story, found, client, thread);
    const shown = await atRest(client, thread);
    const delivered = deliveries(scene, scene.prompt);
    checkFate({ fate, remains, shown, delivered, story });

    const resumed = await resume(scene, client, thread);
    const isEmpty = delivered === 0 && story.secondSteps === undefined;
    // Claude Code has no way back into a session that holds no message; nothing is lost with such a one.
    if (remains.session !== undefined && !(isEmpty && scene.provider === 'claude_code')) {
      assert.equal(resumed.session_id, remains.session, 'the session is another one');
    }
    await checkRecord(scene, client, thread);
    const pid = await dock.hostPid();
    await client.stop();
    await waitFor(`host ${pid} to end`, () => isGone(pid));
    await checkFiles(scene, resumed);
    return { fate, delivered };
  } finally {
    stop?.();
    client.dispose();
  }
}

async function lookAtRemains(scene: Scene, story: Story): Promise<Remains> {
  const changes = await journalChanges(scene.dock);
  const created = changes.find(
    change => change.type === 'thread.created' && change['idempotency_key'] === scene.spawn.idempotency_key,
  );
  const own = changes.filter(change => change.thread !== undefined && change.thread === created?.thread);
  const turns = own.flatMap(({ type, turn_id }) => (type === 'turn.queued' && turn_id ? [turn_id] : []));
  const watched = turns[story.secondSteps === undefined ? 0 : 1];
  const ofTurn = own.filter(change => watched !== undefined && change.turn_id === watched);
  const bound = own.findLast(change => change.type === 'session.bound')?.['session_id'];
  const table = await readProcessTable();
  const pids = await scene.dock.processes();
  return {
    thread: created?.thread,
    turns,
    types: new Set(ofTurn.map(({ type }) => type)),
    outcome: outcomeIn(ofTurn),
    isCancelled: own.some(({ type }) => type === 'cancel.requested'),
    session: typeof bound === 'string' ? bound : undefined,
    delivered: deliveries(scene, scene.prompt),
    processes: table.filter(({ pid }) => pids.includes(pid)),
  };
}

function outcomeIn(changes: readonly JournalChange[]): string | undefined {
  const outcome = changes.find(({ type }) => type === 'turn.ended')?.['outcome'];
  return outcome === undefined ? undefined : String(outcome);
}

function fateOf({ types, isCancelled }: Remains): Fate {
  if (!types.has('turn.queued')) return 'never queued';
  if (types.has('turn.ended')) return 'ended';
  if (isCancelled) return 'cancelled';
  return types.has('prompt.sending') ? 'interrupted' : 'runs';
}

/** Everything that ran when the host died has ended by the time the next one answers. */
async function checkNothingGoesOn(scene: Scene, { processes }: Remains, fate: Fate): Promise<void> {
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

async function checkAcknowledged(
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

/** Who got no answer asks again with the same key: nothing may happen twice. */
async function repeatCalls(
  scene: Scene,
  story: Story,
  remains: Remains,
  client: DockClient,
): Promise<ThreadId> {
  const spawned = await client.call('spawn_thread', scene.spawn);
  assert.equal(spawned.repeated, remains.thread !== undefined, 'a repeated spawn');
  if (remains.thread !== undefined) assert.equal(spawned.thread_id, remains.thread);
  scene.acknowledged.thread = spawned.thread_id;
  if (story.secondSteps !== undefined) {
    const resumed = await client.call('resume_thread', resumeArgs(scene));
    assert.equal(resumed.repeated, remains.turns.length > 1, 'a repeated resume');
  }
  return spawned.thread_id;
}

/** A busy host can come to a point of the cancel, such as a save, before there is one. */
async function cancelAgain(story: Story, fate: Fate, client: DockClient, thread_id: ThreadId): Promise<Fate> {
  if (story.endsByCancel !== true || (fate !== 'runs' && fate !== 'never queued')) return fate;
  await client.call('cancel_thread', { thread_id });
  return 'cancelled';
}

interface Ending {
  readonly fate: Fate;
  readonly remains: Remains;
  readonly shown: ThreadDetail;
  readonly delivered: number;
  readonly story: Story;
}

function checkFate({ fate, remains, shown, delivered, story }: Ending): void {
  const told = `${shown.state}: ${shown.reason ?? ''} ${JSON.stringify(shown.error ?? {})}`;
  assert.ok(delivered <= 1, `the prompt reached the model ${delivered} times`);
  const end = remains.outcome ?? (fate === 'interrupted' || fate === 'cancelled' ? fate : 'completed');
  assert.equal(shown.state, end, told);
  if (end === 'interrupted') assert.ok(shown.reason !== undefined, 'an interrupted thread says why');
  if (end !== 'completed') return;
  assert.equal(delivered, 1);
  // What the model says last after a refusal depends on when Codex brings it the reason.
  if (story.mode === 'ask') return;
  if (story.secondSteps === undefined) assert.ok(shown.result?.endsWith(firstAnswer), shown.result);
  else assert.match(shown.result ?? '', /^earlier prompts: 1; .* words: apple$/);
}

async function resume(scene: Scene, client: DockClient, thread_id: ThreadId): Promise<ThreadDetail> {
  const prompt = promptOf(`${scene.tag} is resumed.`, ['recall']);
  const earlier = deliveries(scene, scene.prompt);
  await client.call('resume_thread', { thread_id, additional_prompt: prompt });
  const shown = await atRest(client, thread_id);
  assert.equal(shown.state, 'completed', JSON.stringify(shown.error));
  assert.equal(deliveries(scene, prompt), 1);
  const recalled = Number(/^earlier prompts: (\d+);/.exec(shown.result ?? '')?.[1]);
  assert.ok(
    recalled >= earlier,
    `the session holds ${recalled} earlier prompts, the model had seen ${earlier}`,
  );
  return shown;
}

/** One record without a gap, with one end for each turn. */
async function checkRecord(scene: Scene, client: DockClient, thread: ThreadId): Promise<void> {
  const events = await historyOf(client, thread);
  const numbers = events.map(({ seq }) => seq);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'numbers of the record',
  );
  const changes = (await journalChanges(scene.dock)).filter(change => change.thread === thread);
  const queued = changes.flatMap(({ type, turn_id }) => (type === 'turn.queued' && turn_id ? [turn_id] : []));
  const ended = changes.flatMap(({ type, turn_id }) => (type === 'turn.ended' && turn_id ? [turn_id] : []));
  assert.deepEqual(ended, queued, 'each turn ends once');
  assert.deepEqual([...endedTurns(events)], ended, 'the record has the ends that the journal has');
}

async function checkFiles({ dock }: Scene, last: ThreadDetail): Promise<void> {
  const row = (await databaseRows(dock)).find(({ id }) => id === last.thread_id);
  assert.equal(row?.state, last.state);
  assert.equal(row?.session_id, last.session_id);
  const mirror: unknown = JSON.parse(await readFile(dock.state('active_workers.json'), 'utf8'));
  assert.deepEqual((mirror as { workers: unknown }).workers, []);
  assert.deepEqual(await dock.processes(), [], 'processes outlive the host');
}
