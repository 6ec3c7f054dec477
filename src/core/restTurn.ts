import type { Thread } from '../contracts/thread.ts';
import { moveTo, type Of, type Patch } from './threadPatch.ts';

/** The agent of an open terminal has come to rest, or works again. */
export function restTurn(thread: Thread, event: Of<'turn.rested' | 'turn.worked'>): Patch {
  const { turn, state } = thread;
  const rests = event.type === 'turn.rested';
  if (turn?.id !== event.turn_id || turn.native !== true || (turn.rests === true) === rests) return {};
  return { turn: { ...turn, rests }, ...(state === 'running' ? moveTo(state, event, 'provider') : {}) };
}
