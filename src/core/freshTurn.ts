import type { Turn } from '../contracts/thread.ts';
import { definedOnly } from './definedOnly.ts';

/** A turn as it was when it was queued: nothing of it has happened yet. */
export function freshTurn(turn: Turn): Turn {
  const { id, origin, prompt, message_id, brings, native, queued_at, queued_gseq } = turn;
  return {
    ...{ id, origin, prompt, message_id, brings, queued_at, queued_gseq, sent: false },
    ...definedOnly({ native }),
  };
}
