import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { DockClient } from '../../src/client/dockClient.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { databaseRows } from '../host/stateFiles.ts';
import { endedTurns, historyOf, type ThreadDetail } from '../host/turns.ts';
import { journalChanges } from './journalOnDisk.ts';
import type { Scene } from './scene.ts';

/** One record without a gap, with one end for each turn. */
export async function checkRecord(scene: Scene, client: DockClient, thread: ThreadId): Promise<void> {
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

export async function checkFiles({ dock }: Scene, last: ThreadDetail): Promise<void> {
  const row = (await databaseRows(dock)).find(({ id }) => id === last.thread_id);
  assert.equal(row?.state, last.state);
  assert.equal(row?.session_id, last.session_id);
  const mirror: unknown = JSON.parse(await readFile(dock.state('active_workers.json'), 'utf8'));
  assert.deepEqual((mirror as { workers: unknown }).workers, []);
  assert.deepEqual(await dock.processes(), [], 'processes outlive the host');
}
