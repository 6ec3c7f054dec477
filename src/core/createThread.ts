import type { Thread } from '../contracts/thread.ts';
import { type Of, withoutUndefined } from './threadPatch.ts';

/** A thread as it is before anything of it has run. */
export function createThread(event: Of<'thread.created'>): Thread {
  return withoutUndefined({
    id: event.thread,
    parent_id: event.parent_id,
    depth: event.depth,
    role: event.role,
    provider: event.provider,
    task_name: event.task_name,
    working_dir: event.working_dir,
    permission_mode: event.permission_mode,
    model: event.model,
    effort: event.effort,
    command: event.command,
    state: 'queued',
    since: event.at,
    evidence: { source: 'journal', at: event.at },
    earlier_sessions: [],
    queue: [],
    turns_ended: 0,
    turn_keys: {},
    cancel_requested: false,
    requests: [],
    rules: [],
    inbox: [],
    message_keys: {},
    idempotency_key: event.idempotency_key,
    created_at: event.at,
    updated_at: event.at,
    seq: event.seq,
  });
}
