import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Thread, threadStates } from '../../src/contracts/thread.ts';
import { badgeOf } from '../../src/views/badge.ts';
import { ageText, durationText } from '../../src/views/durationText.ts';
import { escaped } from '../../src/views/escaped.ts';
import { countFleet, countRequests, fleetText } from '../../src/views/fleetCounts.ts';
import { stateLook, threadLook } from '../../src/views/stateLook.ts';
import { stateText } from '../../src/views/stateText.ts';
import { threadDescription } from '../../src/views/threadDescription.ts';
import { threadTooltip } from '../../src/views/threadTooltip.ts';
import { twoLines } from '../../src/views/twoLines.ts';
import { welcomeState } from '../../src/views/welcomeState.ts';
import { wrapLines } from '../../src/views/wrapLines.ts';
import { permission, question } from '../terminals/requests.ts';
import { makeThread } from './threads.ts';

const now = Date.parse('2026-11-01T10:05:00.000Z');

test('a row says who, what and since when', () => {
  assert.equal(threadDescription(makeThread('thread-one', 'x'), now), 'Codex · completed · 5m');
});

test('a failed row says why', () => {
  const failed = makeThread('thread-one', 'x', {
    state: 'failed',
    error: { code: 'credential_missing', message: 'm', retryable: false },
  });
  assert.equal(threadDescription(failed, now), 'Codex · failed · credential_missing · 5m');
});

test('the tooltip says what is allowed in the whole thread', () => {
  assert.doesNotMatch(threadTooltip(makeThread('thread-one', 'x')), /Allowed in this thread/);
  const rules = [{ tool: 'Bash', subject: 'npm `test`' }, { tool: 'WebFetch' }];
  assert.match(
    threadTooltip(makeThread('thread-one', 'x', { rules })),
    /\*\*Allowed in this thread:\*\* Bash\\: npm \\`test\\`; everything of WebFetch/,
  );
});

test('every state has an icon and a text of its own', () => {
  assert.equal(new Set(threadStates.map(stateText)).size, threadStates.length);
  const looks = threadStates.map(state => Object.values(stateLook(state)).join(' '));
  // The two short states before a turn runs look alike.
  assert.equal(new Set(looks).size, threadStates.length - 1);
  assert.deepEqual([stateLook('completed').icon, stateLook('failed').icon], ['pass', 'error']);
});

test('the badge says what it counts', () => {
  assert.equal(badgeOf(0, 0), undefined);
  assert.deepEqual(badgeOf(1, 0), { value: 1, tooltip: 'Waiting for your answer: 1' });
  assert.deepEqual(badgeOf(1, 2), {
    value: 3,
    tooltip: 'Waiting for your answer: 1\nFailed or interrupted: 2',
  });
});

test('every request that nobody has answered counts', () => {
  const states = threadStates.map(state => makeThread('thread-one', 'x', { state }));
  assert.equal(countRequests(states), 0);
  const both = { requests: [permission('req-aaaaaaaaaa'), question('req-bbbbbbbbbb', [])] };
  const running = makeThread('thread-two', 'y', {
    state: 'running',
    requests: [question('req-cccccccccc', [], { detached: true })],
  });
  assert.equal(countRequests([...states, makeThread('thread-one', 'x', both), running]), 3);
});

test('a waiting row says what is asked, first what holds the turn; a master and a doubt are named', () => {
  const left = question('req-aaaaaaaaaa', [], { detached: true, title: 'Which port?' });
  const waiting = makeThread('thread-one', 'x', {
    role: 'master',
    state: 'waiting_permission',
    reason: 'npm publish',
    requests: [left, permission('req-bbbbbbbbbb')],
  });
  assert.equal(threadDescription(waiting, now), 'npm publish · Codex master · needs permission · 5m');
  const asking = makeThread('thread-one', 'x', { state: 'running', requests: [left] });
  assert.equal(threadDescription(asking, now), 'Which port? · Codex · running · 5m');
  const doubtful = makeThread('thread-one', 'x', {
    receipt: { tool_calls: 0, duration_ms: 1, doubts: ['No tool was called.'] },
  });
  assert.equal(threadDescription(doubtful, now), 'Codex · completed · report in doubt · 5m');
});

test('who rests in a terminal of its own is not shown and counted as running', () => {
  const turn = (rests: boolean) => ({
    ...{
      id: 't',
      origin: 'person' as const,
      prompt: { text: '' },
      message_id: 'm',
      brings: [],
      native: true,
    },
    ...{ queued_at: '2026-11-01T10:00:00.000Z', queued_gseq: 1, sent: true, rests },
  });
  const at = (rests: boolean) =>
    makeThread('thread-one', 'x', { role: 'master', state: 'running', turn: turn(rests) });
  assert.equal(threadDescription(at(true), now), 'Codex master · in its own terminal · 5m');
  assert.equal(threadDescription(at(false), now), 'Codex master · running · 5m');
  assert.deepEqual([threadLook(at(true)).icon, threadLook(at(false)).icon], ['terminal', 'loading~spin']);
  assert.match(threadTooltip(at(true)), /\*\*State:\*\* in its own terminal/);
  assert.deepEqual(countFleet([at(true), at(false)]), { running: 1, queued: 0, waiting: 0 });
  // As long as it waits for an answer it is that.
  assert.equal(threadLook({ ...at(true), state: 'waiting_permission' }).icon, 'shield');
});

test('a tooltip holds what is asked, what was reported and what is in doubt', () => {
  const tooltip = threadTooltip(
    makeThread('thread-one', 'x', {
      state: 'waiting_permission',
      requests: [permission('req-aaaaaaaaaa', { detail: { text: 'npm publish\n--tag next' } })],
      report: {
        kind: 'result',
        turn_id: 't1',
        at: '2026-11-01T10:00:00.000Z',
        summary: { text: 'Released.' },
        outcome: 'partial',
        files: [],
        checks: [],
      },
      receipt: { tool_calls: 2, duration_ms: 1, files: ['a'], doubts: ['No file changed.'] },
    }),
  );
  assert.ok(tooltip.includes('**Needs permission for Bash:** npm publish \\-\\-tag next'), tooltip);
  assert.ok(
    tooltip.includes('**Report, done in part:** Released\\.  \n**In doubt:** No file changed'),
    tooltip,
  );
  assert.ok(tooltip.includes('2 tool calls · 1 file changed'), tooltip);
});

test('a tooltip says what the last turn took, and what all turns did', () => {
  const usage = { input_tokens: 1_200, output_tokens: 300, cost_usd: 0.01 };
  const worked = {
    receipt: { tool_calls: 2, duration_ms: 3_400, files: ['a'], usage, doubts: [] },
    totals: { turns: 1, tool_calls: 2, duration_ms: 3_400, files: ['a'] },
    usage,
  };
  const rows = (change: Partial<Thread>) =>
    threadTooltip(makeThread('thread-one', 'x', change))
      .replaceAll('\\', '')
      .split('  \n')
      .filter(row => /turn|Tokens/.test(row));
  const last = '3.4 s · 1.2k in, 300 out · $0.01 · 2 tool calls · 1 file changed';
  assert.deepEqual(rows(worked), [`**Last turn:** ${last}`]);
  const all = {
    ...worked,
    totals: { turns: 3, tool_calls: 9, duration_ms: 65_000, files: ['a', 'b'], files_cut: true },
    usage: { ...usage, cost_usd: 0.5 },
  };
  assert.deepEqual(rows(all), [
    `**Last turn:** ${last}`,
    '**All turns:** 3 turns · 1 min 5 s · 1.2k in, 300 out · $0.50 · 9 tool calls · over 2 files changed',
  ]);
  // Kept by an earlier version.
  assert.deepEqual(rows({ usage }), ['**All turns:** 1.2k in, 300 out · $0.01']);
});

test('a tooltip names what did not arrive, as long as the thread does not work', () => {
  const message = {
    ...({
      kind: 'message',
      origin: 'person',
      when: 'turn_end',
      state: 'failed',
      attempts: 0,
      lost: 3,
    } as const),
    ...{ queued_at: '2026-11-01T10:00:00.000Z', queued_gseq: 1, reason: '3 turns failed.' },
  };
  const inbox = ['One.', 'Two.', 'Three.', 'Four.'].map((text, index) => ({
    ...message,
    id: `msg-aaaaaaaaa${index}`,
    text: { text },
  }));
  const shown = (change: Partial<Thread>) =>
    threadTooltip(makeThread('thread-one', 'x', { inbox, ...change })).replaceAll('\\', '');
  const failed = shown({ state: 'failed', last_outcome: 'failed' });
  assert.ok(
    failed.endsWith(
      '**Not delivered:** Three. – 3 turns failed.  \n**Not delivered:** Four. – 3 turns failed.  \n2 more were not delivered',
    ),
    failed,
  );
  assert.doesNotMatch(shown({ last_outcome: 'completed' }), /delivered/);
});

test('rows are broken at blanks, or in the middle of what has none, and nothing is lost', () => {
  const text = `one two three\n${'x'.repeat(25)}\n`;
  const rows = wrapLines(text, 10);
  assert.deepEqual(rows, ['one two ', 'three', 'xxxxxxxxxx', 'xxxxxxxxxx', 'xxxxx', '']);
  assert.equal(rows.join(''), text.replaceAll('\n', ''));
});

test('the status bar counts running, queued and waiting threads', () => {
  const threads = (['running', 'starting', 'queued', 'waiting_input', 'completed'] as const).map(state =>
    makeThread('thread-one', 'x', { state }),
  );
  const { text, label } = fleetText(countFleet(threads), false);
  assert.equal(text, '$(hubot) 2  $(clock) 1  $(bell-dot) 1');
  assert.equal(label, 'AgentDock: 2 running, 1 queued, 1 waiting for you');
});

test('durations and ages are said in words of a person', () => {
  assert.deepEqual([400, 3_440, 12_300, 65_000, 7_380_000].map(durationText), [
    '0.4 s',
    '3.4 s',
    '12 s',
    '1 min 5 s',
    '2 h 3 min',
  ]);
  assert.deepEqual([-5, 59_000, 61_000, 7_300_000, 200_000_000].map(ageText), [
    'now',
    'now',
    '1m',
    '2h',
    '2d',
  ]);
});

test('a tooltip shows text of an agent as text, not as links, images or icons', () => {
  const hostile = '[x](command:evil) ![y](http://z) $(trash) <img> **b** `c`';
  const tooltip = threadTooltip(
    makeThread('thread-one', hostile, {
      reason: hostile,
      result: { text: hostile },
      error: { code: 'unknown', message: hostile, retryable: false, hint: hostile },
    }),
  );
  assert.ok(!tooltip.includes(hostile));
  assert.ok(!/[^\\]\[x|[^\\]!\\?\[|[^\\]\$\\?\(|[^\\]<|[^\\]`/.test(tooltip), tooltip);
  assert.equal(escaped('a_b [c](d)'), 'a\\_b \\[c\\]\\(d\\)');
});

test('a text in two lines loses nothing but the blank between them', () => {
  assert.deepEqual(twoLines('short', 10), { first: 'short', second: '' });
  assert.deepEqual(twoLines('edits ask, reads do not', 12), { first: 'edits ask,', second: 'reads do not' });
  assert.deepEqual(twoLines('edits ask, reads', 10), { first: 'edits ask,', second: 'reads' });
  assert.deepEqual(twoLines('unbreakable text', 5), { first: '', second: 'unbreakable text' });
});

test('the empty view says what stands between the person and the first thread', () => {
  const folder = { connection: 'connected', threads: 0, hasProvider: true } as const;
  assert.equal(welcomeState([]), 'notInitialized');
  assert.equal(welcomeState([{ ...folder, connection: 'connecting' }]), 'connecting');
  assert.equal(welcomeState([{ ...folder, connection: 'offline' }]), 'offline');
  assert.equal(welcomeState([{ ...folder, hasProvider: false }]), 'noProvider');
  assert.equal(welcomeState([{ ...folder, hasProvider: undefined }]), 'noThreads');
  assert.equal(welcomeState([folder]), 'noThreads');
  assert.equal(welcomeState([{ ...folder, threads: 3, connection: 'offline' }]), 'none');
});
