import type { Message } from '../contracts/message.ts';

/** It waits, and no turn is to bring it yet. */
export function isUnassigned({ state, turn_id }: Message): boolean {
  return state === 'queued' && turn_id === undefined;
}

/** It waits for a turn of the queue that is to bring it. */
export function isAssigned({ state, turn_id }: Message): boolean {
  return state === 'queued' && turn_id !== undefined;
}

export function isNews(kind: Message['kind']): boolean {
  return kind === 'child_ended' || kind === 'child_waits' || kind === 'undelivered';
}
