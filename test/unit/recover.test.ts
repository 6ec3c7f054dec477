import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import { recover } from '../../src/host/recover.ts';
import { makeToolHarness, prepare, startedBy } from '../tools/toolHarness.ts';

const sending = (turn_id: string): StateChange => ({ type: 'prompt.sending', turn_id });
const cancel = (): StateChange => ({ type: 'cancel.requested', by: 'person' });

const midTurn =
  'The host ended in mid-turn; what the turn had done by then is in the folder and the session.';
const nothingSent = 'The host ended before anything was sent.';
const notOpened = 'The terminal had not opened yet; open it again.';

for (const { what, native, changes, state, reason } of [
  { what: 'before its prompt left', native: false, changes: [], state: 'queued', reason: undefined },
  { what: 'after its prompt left', native: false, changes: [sending], state: 'interrupted', reason: midTurn },
  {
    what: 'cancelled before that',
    native: false,
    changes: [cancel],
    state: 'cancelled',
    reason: nothingSent,
  },
  {
    what: 'whose terminal had not opened',
    native: true,
    changes: [],
    state: 'interrupted',
    reason: notOpened,
  },
  {
    what: 'whose terminal was open',
    native: true,
    changes: [sending],
    state: 'interrupted',
    reason: midTurn,
  },
  {
    what: 'cancelled before it opened',
    native: true,
    changes: [cancel],
    state: 'cancelled',
    reason: nothingSent,
  },
]) {
  test(`the turn of a dead host, ${what}, is ${state}`, async t => {
    const { call, store } = await makeToolHarness(t);
    const args = { task_name: 'a', provider: 'codex', prompt: 'Go.', ...(native ? { native } : {}) };
    const { id, turn } = await startedBy(call('spawn_thread', args));
    await prepare(store, { id, turn });
    await store.commit(changes.map(change => ({ thread: id, change: change(turn) })));
    await recover(store, `no-folder-${id}`, () => undefined);
    assert.deepEqual([store.get(id)?.state, store.get(id)?.reason], [state, reason]);
  });
}
