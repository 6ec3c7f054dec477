import assert from 'node:assert/strict';
import type { JournalEvent, StateChange } from '../../src/contracts/journalEvent.ts';
import { type Thread, threadSchema } from '../../src/contracts/thread.ts';
import { reduceThread } from '../../src/core/reduceThread.ts';

type Of<Type extends StateChange['type']> = Extract<StateChange, { type: Type }>;

export function created(more: Partial<Of<'thread.created'>> = {}): StateChange {
  return {
    type: 'thread.created',
    depth: 1,
    role: 'worker',
    provider: 'codex',
    task_name: 'settings',
    working_dir: 'src',
    permission_mode: 'ask',
    ...more,
  };
}

export function queued(turnId: string, more: Partial<Of<'turn.queued'>> = {}): StateChange {
  return {
    type: 'turn.queued',
    turn_id: turnId,
    origin: 'agent',
    prompt: { text: `do ${turnId}` },
    message_id: `message-${turnId}`,
    ...more,
  };
}

export const preparing = (turn_id: string): StateChange => ({ type: 'turn.preparing', turn_id });
export const starting = (turn_id: string): StateChange => ({ type: 'turn.starting', turn_id });
export const sending = (turn_id: string): StateChange => ({ type: 'prompt.sending', turn_id });
export const started = (turn_id: string): StateChange => ({ type: 'turn.started', turn_id });
export const requeued = (turn_id: string): StateChange => ({ type: 'turn.requeued', turn_id });
export const cancel: StateChange = { type: 'cancel.requested', by: 'person' };

export function ended(turn_id: string, more: Partial<Of<'turn.ended'>> = {}): StateChange {
  return { type: 'turn.ended', turn_id, outcome: 'completed', source: 'provider', ...more };
}

/** From the queue to the running turn. */
export const run = (turn: string): StateChange[] => [
  queued(turn),
  preparing(turn),
  starting(turn),
  sending(turn),
  started(turn),
];

export function messageId(number: number): string {
  return `msg-${String(number).padStart(10, '0')}`;
}

export function message(number: number, more: Partial<Of<'message.queued'>['message']> = {}): StateChange {
  return {
    type: 'message.queued',
    message: {
      id: messageId(number),
      kind: 'message',
      origin: 'agent',
      when: 'turn_end',
      text: { text: `message ${number}` },
      ...more,
    },
  };
}

export const requestId = 'req-aaaaaaaaaa';

export function asked(turn_id: string, more: Partial<Of<'request.opened'>['request']> = {}): StateChange {
  return {
    type: 'request.opened',
    turn_id,
    request: {
      id: requestId,
      kind: 'permission',
      detached: false,
      title: 'npm test',
      tool: 'Bash',
      detail: { text: 'npm test' },
      questions: [],
      ...more,
    },
  };
}

/** Each change a second after the one before. */
export function eventOf(change: StateChange, number: number): JournalEvent {
  const at = new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString();
  return { v: 1, epoch: 1, gseq: number, seq: number, thread: 'thread-one', at, ...change };
}

/** The thread after the changes, in the form that is stored. */
export function reduce(...changes: readonly StateChange[]): Thread {
  const thread = changes.reduce<Thread | undefined>(
    (state, change, index) => reduceThread(state, eventOf(change, index + 1)),
    undefined,
  );
  assert.ok(thread);
  assert.deepEqual(threadSchema.parse(JSON.parse(JSON.stringify(thread))), thread);
  return thread;
}
