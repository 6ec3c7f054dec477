import { type Thread, threadSchema } from '../../src/contracts/thread.ts';

const at = '2026-11-01T10:00:00.000Z';

/** A finished worker with nothing special about it. */
export function makeThread(id: string, taskName: string, change: Partial<Thread> = {}): Thread {
  return threadSchema.parse({
    id,
    depth: 0,
    role: 'worker',
    provider: 'codex',
    task_name: taskName,
    working_dir: '.',
    permission_mode: 'ask',
    state: 'completed',
    since: at,
    evidence: { source: 'provider', at },
    earlier_sessions: [],
    queue: [],
    turns_ended: 1,
    turn_keys: {},
    cancel_requested: false,
    created_at: at,
    updated_at: at,
    seq: 1,
    ...change,
  });
}
