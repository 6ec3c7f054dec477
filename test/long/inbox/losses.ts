import assert from 'node:assert/strict';
import type { StateChange } from '../../../src/contracts/journalEvent.ts';
import { mostLost } from '../../../src/core/delivery.ts';

/** What became of a message that need not stand in the conversation. */
export interface Loss {
  readonly to: 'unknown' | 'failed';
  readonly reason: string;
  /** The turns that were to bring it, in their order. */
  readonly turns: readonly string[];
  /** The one of them that it was being sent with: it had left, and nothing said that it was taken. */
  readonly sending: string | undefined;
}

/** By the id of the message, from all changes of its thread. */
export function readLosses(changes: readonly StateChange[]): ReadonlyMap<string, Loss> {
  const losses = new Map<string, Loss>();
  const brings = new Map<string, readonly string[]>();
  const turns = new Map<string, string[]>();
  const sending = new Map<string, string>();
  const assign = (ids: readonly string[], turn: string) => {
    for (const id of ids) turns.set(id, [...(turns.get(id) ?? []), turn]);
  };
  const send = (ids: readonly string[], turn: string) => {
    for (const id of ids) sending.set(id, turn);
  };
  const settle = (ids: readonly string[]) => {
    for (const id of ids) sending.delete(id);
  };
  for (const change of changes) {
    if (change.type === 'turn.queued') {
      brings.set(change.turn_id, change.brings ?? []);
      assign(change.brings ?? [], change.turn_id);
    } else if (change.type === 'prompt.sending') {
      send(brings.get(change.turn_id) ?? [], change.turn_id);
    } else if (change.type === 'turn.started') {
      settle(brings.get(change.turn_id) ?? []);
    } else if (change.type === 'messages.moved') {
      const { to, message_ids: ids, turn_id, reason = '' } = change;
      if (to === 'sending' && turn_id !== undefined) {
        assign(ids, turn_id);
        send(ids, turn_id);
      } else if (to === 'unknown' || to === 'failed') {
        for (const id of ids) {
          losses.set(id, { to, reason, turns: turns.get(id) ?? [], sending: sending.get(id) });
        }
      } else settle(ids);
    }
  }
  return losses;
}

/**
 * Only a kill loses a message: one that was being sent with the turn that it cut, or one that it kept several turns from
 * bringing. A thread has one turn at a time, so a kill cuts one of it at most.
 */
export function checkLosses(
  losses: ReadonlyMap<string, Loss>,
  completed: ReadonlySet<string>,
  kills: number,
): void {
  const cut = new Set<string>();
  for (const [id, { to, reason, turns, sending }] of losses) {
    assert.notEqual(reason, '', `${id} is ${to} without a reason`);
    if (to === 'failed') {
      const failed = new Set(turns.filter(turn => !completed.has(turn)));
      assert.ok(failed.size >= mostLost, `${id} was given up after ${failed.size} turns: ${reason}`);
      continue;
    }
    assert.ok(sending !== undefined, `${id} was not being sent: ${reason}`);
    assert.equal(completed.has(sending), false, `${id} went with ${sending}, which was good: ${reason}`);
    cut.add(sending);
  }
  assert.ok(cut.size <= kills, `${kills} kills, and ${cut.size} turns that nobody knows what they brought`);
}
