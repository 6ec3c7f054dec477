import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TranscriptRenderer } from '../../src/terminals/transcriptRenderer.ts';
import { historyOf, plain, type Said, text, turnEnded, turnQueued, turnStarted } from './transcript.ts';

function rendered(said: readonly (Said | number)[]): string {
  return new TranscriptRenderer().render(historyOf(said));
}

test('a whole turn reads from the prompt to how it ended', () => {
  const turn = rendered([
    turnQueued('Add tests\nfor the page'),
    { type: 'turn.preparing', turn_id: 't1' },
    { type: 'session.bound', turn_id: 't1', session_id: '0199-abc' },
    turnStarted(),
    { type: 'prompt', turn_id: 't1', origin: 'person', text: { text: 'Add tests\nfor the page' } },
    { type: 'reasoning', item: 'r', text: 'First look.' },
    text('a', 'I will '),
    text('a', 'run them.'),
    { type: 'tool.started', item: 'x', name: 'Bash', title: 'npm test' },
    { type: 'tool.ended', item: 'x', status: 'completed', exit_code: 0, output: { text: '1 passed\n' } },
    { type: 'file.changed', path: 'src/a.ts', kind: 'add' },
    text('b', 'Done.\n'),
    turnEnded('t1', { result: { text: 'Done.' }, usage: { input_tokens: 12_300, output_tokens: 85 } }),
  ]);
  assert.equal(
    plain(turn),
    `❯ Add tests
  for the page
· Session 0199-abc

First look.

I will run them.

● Bash npm test
  │ 1 passed
  └ ✓ · 1.0 s
    + src/a.ts

Done.

✓ Completed · 11 s · 12.3k in, 85 out

`,
  );
});

test('the text is the same in whatever pieces the events come', () => {
  const events = historyOf([
    turnQueued('go'),
    turnStarted(),
    text('a', 'one\n'),
    text('a', '\ntwo'),
    { type: 'tool.started', item: 'x', name: 'Read', title: 'a.ts' },
    { type: 'tool.ended', item: 'x', status: 'completed' },
    turnEnded(),
  ]);
  const renderer = new TranscriptRenderer();
  assert.equal(
    events.map(event => renderer.render([event])).join(''),
    new TranscriptRenderer().render(events),
  );
});

test('an error is red and says the next step; a retry says so', () => {
  const failed = rendered([
    turnStarted(),
    {
      type: 'error',
      error: { code: 'rate_limited', message: 'Slow down', retryable: true },
      will_retry: true,
    },
    turnEnded('t1', {
      outcome: 'failed',
      error: {
        code: 'credential_expired',
        message: 'Signed out',
        retryable: false,
        hint: 'Run `codex login`.',
      },
    }),
  ]);
  assert.ok(failed.includes('\u001b[31m  credential_expired: Signed out'));
  assert.equal(
    plain(failed),
    `! rate_limited: Slow down trying again

✗ Failed · 2.0 s
  credential_expired: Signed out
  → Run \`codex login\`.

`,
  );
});

test('a refused permission shows what was asked and why it was refused', () => {
  const refused = rendered([
    {
      type: 'permission.refused',
      turn_id: 't1',
      tool: 'Bash',
      detail: 'rm -rf /',
      reason: 'Nobody can be asked.',
    },
  ]);
  assert.equal(plain(refused), '⊘ Bash rm -rf /\n  └ Refused: Nobody can be asked.\n');
});

test('tools that run at once keep their own outputs apart', () => {
  const both = rendered([
    turnStarted(),
    { type: 'tool.started', item: 'x', name: 'Bash', title: 'make a' },
    { type: 'tool.started', item: 'y', name: 'Bash', title: 'make b' },
    { type: 'tool.progress', item: 'x', text: 'building a\nhalf' },
    { type: 'tool.progress', item: 'x', text: ' line' },
    { type: 'tool.ended', item: 'y', status: 'failed', exit_code: 2 },
    { type: 'tool.ended', item: 'x', status: 'completed', exit_code: 0, output: { text: 'not shown twice' } },
  ]);
  assert.equal(
    plain(both),
    `● Bash make a
● Bash make b
● Bash make a, continued
  │ building a
  └ Bash make b · failed, exit 2 · 3.0 s
  │ half line
  └ ✓ · 5.0 s
`,
  );
});

test('a long output is cut and says how much is left', () => {
  const output = Array.from({ length: 25 }, (_, index) => `line ${index + 1}`).join('\n');
  const shown = plain(
    rendered([
      { type: 'tool.started', item: 'x', name: 'Bash', title: 'seq 25' },
      { type: 'tool.ended', item: 'x', status: 'completed', output: { text: output } },
    ]),
  );
  assert.ok(shown.includes('│ line 10\n'));
  assert.ok(!shown.includes('line 11'));
  assert.ok(shown.includes('… 15 more lines'));
});

test('what an agent writes cannot move the cursor, set a title or clear the screen', () => {
  const hostile = '\u001b[2J\u001b]0;owned\u0007\u009b1mA\u001b[31mred\u001b[0m\bB\u202eC\tD';
  const shown = rendered([
    turnQueued(hostile),
    turnStarted(),
    text('a', hostile),
    { type: 'tool.started', item: 'x', name: hostile, title: hostile },
    { type: 'tool.ended', item: 'x', status: 'failed', output: { text: hostile } },
    {
      type: 'error',
      error: { code: 'unknown', message: hostile, retryable: false, hint: hostile },
      will_retry: false,
    },
    { type: 'permission.refused', turn_id: 't1', tool: hostile, detail: hostile, reason: hostile },
  ]);
  assert.match(plain(shown), /^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]*$/);
  assert.ok(plain(shown).includes('AredBC\tD'));
});

test('a sequence cut by the pieces of a stream loses its escape', () => {
  assert.equal(plain(rendered([text('a', 'x\u001b'), text('a', '[2Jy')])), 'x[2Jy');
});

test('a follow-up during a turn is announced, then shown when it starts', () => {
  const shown = rendered([
    turnQueued('first'),
    turnStarted(),
    text('a', 'working'),
    turnQueued('second', 't2'),
    turnEnded(),
    turnStarted('t2'),
    text('b', 'again'),
    turnEnded('t2'),
  ]);
  assert.equal(
    plain(shown),
    `❯ first

working
↳ Next: second

✓ Completed · 3.0 s

❯ second

again

✓ Completed · 2.0 s

`,
  );
});

test('a result that was never streamed is shown at the end, one that was is not', () => {
  const silent = plain(rendered([turnStarted(), turnEnded('t1', { result: { text: 'The answer.' } })]));
  assert.equal(silent, 'The answer.\n\n✓ Completed · 1.0 s\n\n');
  const streamed = plain(
    rendered([turnStarted(), text('a', 'The answer.'), turnEnded('t1', { result: { text: 'The answer.' } })]),
  );
  assert.equal(streamed, 'The answer.\n\n✓ Completed · 2.0 s\n\n');
});

test('the output of a program goes through as it is and its modes are switched off behind it', () => {
  const shown = rendered([
    turnQueued('htop'),
    turnStarted(),
    { type: 'output', data: '\u001b[?1000h\u001b[1mhi' },
    { type: 'output', data: ' there\r\n' },
    turnEnded(),
  ]);
  assert.ok(shown.includes('\u001b[?1000h\u001b[1mhi there\r\n'));
  assert.match(shown, /there\r\n\u001b\[0m\u001b\[\?1000l\r\n\S*✓ Completed/);
});

test('events of a newer host and events that do not parse are passed over', () => {
  const renderer = new TranscriptRenderer();
  const at = '2026-11-01T10:00:00.000Z';
  const shown = renderer.render([
    { seq: 1, at, type: 'hologram', data: 1 },
    { seq: 2, at, type: 'text', item: 3 },
    { seq: 3, at, type: 'text', item: 'a', text: 'ok' },
  ]);
  assert.equal(shown, 'ok');
});

test('of a prompt of 2 MB the beginning is shown', () => {
  const shown = plain(
    rendered([
      {
        type: 'turn.queued',
        turn_id: 't1',
        origin: 'agent',
        message_id: 'm',
        prompt: { file: `blobs/${'0'.repeat(64)}.txt`, length: 2_000_000, head: 'start\nof it' },
      },
    ]),
  );
  assert.equal(shown, '❯ start from an agent\n  of it\n  … 1999989 more characters\n');
});

test('paths below the workspace folder are shown as seen from it', () => {
  const renderer = new TranscriptRenderer();
  renderer.reset({ root: '/home/me/w' });
  const shown = renderer.render(
    historyOf([
      { type: 'tool.started', item: 'x', name: 'Edit', title: '/home/me/w/src/a.ts' },
      { type: 'file.changed', path: '/home/me/w/src/a.ts', kind: 'update' },
      { type: 'file.changed', path: '/home/me/other/b.ts', kind: 'delete' },
    ]),
  );
  assert.equal(plain(shown), '● Edit src/a.ts\n  │ ~ src/a.ts\n  │ - /home/me/other/b.ts\n');
});

test('a refusal stands in the block of the call it is about, and is said once', () => {
  const shown = rendered([
    { type: 'tool.started', item: 'x', name: 'bash', title: 'rm -rf src' },
    {
      type: 'permission.refused',
      turn_id: 't1',
      tool: 'bash',
      detail: 'rm -rf src',
      reason: 'Nobody can be asked.',
    },
    { type: 'tool.ended', item: 'x', status: 'declined', output: { text: 'Rejected: Nobody can be asked.' } },
    { type: 'tool.started', item: 'y', name: 'bash', title: 'ls' },
    { type: 'tool.ended', item: 'y', status: 'declined', output: { text: 'Not in this mode.' } },
  ]);
  assert.equal(
    plain(shown),
    `● bash rm -rf src
  │ Refused: Nobody can be asked.
  └ declined · 2.0 s
● bash ls
  │ Not in this mode.
  └ declined · 1.0 s
`,
  );
});

test('a turn in a terminal of its own says so, with what was said there and no empty prompt', () => {
  const turn = rendered([
    { ...turnQueued(''), native: true } as Said,
    turnStarted(),
    { type: 'steered', text: { text: 'Is it done?' } },
    text('a', 'Not yet.\n'),
    turnEnded('t1', { result: { text: 'Not yet.' } }),
    { ...turnQueued('Look.', 't2'), native: true } as Said,
  ]);
  assert.match(plain(turn), /^· In its own terminal\n\n[\s\S]*Is it done\? .*\n\nNot yet\.\n\n✓ Completed/);
  assert.match(plain(turn), /· In its own terminal\n❯ Look\.\n$/);
  assert.doesNotMatch(plain(turn), /❯ *\n/);
});
