import type { Thread, Turn } from '../../src/contracts/thread.ts';

const at = '2026-01-02T03:04:05.000Z';

/** A thread at rest with what the test cares about. */
export function makeThread(wanted: Partial<Thread> & Pick<Thread, 'id'>): Thread {
  return {
    depth: 0,
    role: 'worker',
    provider: 'codex',
    task_name: 'task',
    working_dir: '.',
    permission_mode: 'ask',
    state: 'completed',
    since: at,
    evidence: { source: 'journal', at },
    earlier_sessions: [],
    queue: [],
    turns_ended: 0,
    turn_keys: {},
    cancel_requested: false,
    requests: [],
    rules: [],
    inbox: [],
    message_keys: {},
    created_at: at,
    updated_at: at,
    seq: 1,
    ...wanted,
  };
}

export function makeTurn(wanted: Partial<Turn> & Pick<Turn, 'id'>): Turn {
  return {
    origin: 'person',
    prompt: { text: 'do it' },
    message_id: 'm',
    brings: [],
    queued_at: at,
    queued_gseq: 1,
    sent: false,
    ...wanted,
  };
}
