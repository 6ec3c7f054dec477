import assert from 'node:assert/strict';
import type { RequestRecord } from '../models/requestLog.ts';
import type { Dock } from './harness.ts';

/** Requests of the session a prompt was given to, without the CLI's own side requests. */
export function requestsWith(dock: Dock, prompt: string): readonly RequestRecord[] {
  return dock.models.requests().filter(({ side, userTurns }) => !side && userTurns.includes(prompt));
}

/**
 * The model sees the second prompt after the first, as messages of one session. Claude Code puts a message of its own
 * between them when the first turn was cut, and leaves out calls it had not written down.
 */
export function expectOneSession(dock: Dock, first: string, second: string): void {
  const requests = requestsWith(dock, first);
  const last = requests.at(-1);
  assert.deepEqual([last?.userTurns[0], last?.userTurns.at(-1)], [first, second]);
  assert.equal(new Set(requests.map(record => record.sessionHint)).size, 1);
}
