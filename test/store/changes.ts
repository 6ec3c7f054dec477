import type { ThreadId } from '../../src/contracts/ids.ts';
import type { StateChange } from '../../src/contracts/journalEvent.ts';
import type { ThreadChange } from '../../src/store/journal.ts';

export const created: StateChange = {
  type: 'thread.created',
  depth: 1,
  role: 'worker',
  provider: 'codex',
  task_name: 'settings',
  working_dir: '.',
  permission_mode: 'ask',
};

export function queued(turnId: string, text = 'do it'): StateChange {
  return {
    type: 'turn.queued',
    turn_id: turnId,
    origin: 'person',
    prompt: { text },
    message_id: `message-${turnId}`,
  };
}

/** All that a turn goes through when nothing is wrong. */
export function wholeTurn(turn_id: string): StateChange[] {
  return [
    queued(turn_id),
    { type: 'turn.preparing', turn_id },
    { type: 'turn.starting', turn_id },
    { type: 'turn.started', turn_id },
    { type: 'turn.ended', turn_id, outcome: 'completed', result: { text: 'done' }, source: 'provider' },
  ];
}

export function of(thread: ThreadId, ...changes: readonly StateChange[]): ThreadChange[] {
  return changes.map(change => ({ thread, change }));
}

export function threadId(number: number): ThreadId {
  return `thread-test-${number}`;
}
