import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints } from '../../scripts/demo/complaints.ts';
import type { FleetLine } from '../../scripts/demo/runFleet.ts';
import { tasks } from '../../scripts/demo/tasks.ts';
import { threadIdSchema } from '../../src/contracts/ids.ts';

const recalled = 'It still sees: earlier prompts: 1; tool calls: 2; tool results: 2; words: settings';

function fleet(change: Partial<FleetLine> = {}): readonly FleetLine[] {
  return tasks.map(({ provider, taskName }, index) => {
    const line: FleetLine = {
      thread: threadIdSchema.parse(`thread-${index}abcdefgh`),
      provider,
      task: taskName,
      state: 'completed',
      session: `session of ${provider}`,
      seconds: 1,
      turns: 1,
      result: 'Done.',
    };
    if (index > 0) return line;
    const before = { session: line.session, turns: 1 };
    return { ...line, turns: 2, result: recalled, before, ...change };
  });
}

test('nothing is wrong with a fleet in which all ended well and one was resumed in its session', () => {
  assert.deepEqual(complaints(fleet()), []);
});

for (const [what, change, says] of [
  ['a worker that failed', { state: 'failed', result: 'No model. (unknown)' }, /codex is failed: No model/],
  ['a resume in a new session', { session: 'other' }, /another session: other instead of session of codex/],
  ['a resume without a turn', { turns: 1 }, /ended 1 turns after 1 and a resume/],
  [
    'a resumed model that has forgotten',
    { result: recalled.replace('settings', 'none') },
    /without its earlier turn/,
  ],
  ['a worker without a session', { session: '-' }, /codex has no session/],
] as const) {
  test(`${what} is wrong`, () => {
    const found = complaints(fleet(change));
    assert.equal(found.length, 1);
    assert.match(found.join(), says);
  });
}

test('so is a provider without a worker, and a fleet in which nobody was resumed', () => {
  assert.deepEqual(complaints(fleet().slice(1)), ['There is no worker on codex.', 'No worker was resumed.']);
});
