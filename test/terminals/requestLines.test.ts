import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TranscriptRenderer } from '../../src/terminals/transcriptRenderer.ts';
import { opened, permission, question } from './requests.ts';
import { historyOf, plain, type Said, text, turnEnded, turnStarted } from './transcript.ts';

const id = 'req-aaaaaaaaaa';
const created: Said = {
  type: 'thread.created',
  depth: 0,
  role: 'worker',
  provider: 'claude_code',
  task_name: 'x',
  working_dir: '.',
  permission_mode: 'ask',
};
const message = { id: 'msg-aaaaaaaaaa', kind: 'message', origin: 'person', when: 'now' } as const;

function rendered(said: readonly Said[]): string {
  return new TranscriptRenderer().render(historyOf(said));
}

test('a permission shows who wants what: the whole command, the diff in colours, what the thread would allow', () => {
  const shown = rendered([
    created,
    turnStarted(),
    opened(
      permission(id, {
        detail: { text: 'cat > a.txt <<END\none\u001b[2K\r\ntwo\nEND' },
        diff: { text: '--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same' },
        rule: { tool: 'Bash', subject: 'cat' },
      }),
    ),
  ]);
  assert.equal(
    plain(shown),
    `◆ Claude Code wants to use Bash
  │ cat > a.txt <<END
  │ one
  │ two
  │ END
  │ 
  │ --- a
  │ +++ b
  │ @@ -1 +1 @@
  │ -old
  │ +new
  │  same
  │ a allows in this thread: Bash: cat
`,
  );
  assert.ok(shown.includes('\u001b[31m-old') && shown.includes('\u001b[32m+new'), shown);
});

test('a command is never cut without a word, a diff is and says so', () => {
  const lines = Array.from({ length: 300 }, (_, line) => `line ${line}`);
  const whole = plain(rendered([opened(permission(id, { detail: { text: lines.join('\n') } }))]));
  assert.ok(whole.includes('  │ line 299\n'));
  const file = `blobs/${'0'.repeat(64)}.txt`;
  const cut = plain(rendered([opened(permission(id, { detail: { file, length: 100_000, head: 'begin' } }))]));
  assert.ok(cut.includes('  │ begin\n  │ … 99995 more characters'), cut);
  const diff = plain(
    rendered([opened(permission(id, { diff: { text: lines.map(line => `+${line}`).join('\n') } }))]),
  );
  assert.ok(diff.includes('+line 79\n  │ … the rest of the diff is left out: Answer… shows it\n'), diff);
});

test('questions show their options with the numbers that answer them', () => {
  const shown = rendered([
    created,
    opened(
      question(id, [
        {
          question: 'Which database?',
          options: [{ label: 'Postgres', description: 'it is there' }, { label: 'SQLite' }],
          multiple: false,
        },
        { question: 'Which parts?', options: [{ label: 'API' }], multiple: true },
      ]),
    ),
  ]);
  assert.equal(
    plain(shown),
    `◆ Claude Code asks
  │ 1/2 Which database?
  │ 1 Postgres – it is there
  │ 2 SQLite
  │ 
  │ 2/2 Which parts? (several may be chosen)
  │ 1 API
`,
  );
});

test('a question that stands there whole is not said to go on elsewhere', () => {
  const detail = { file: `blobs/${'0'.repeat(64)}.txt`, length: 100_000, head: 'begin' };
  const whole = [{ question: 'x'.repeat(1000), options: [], multiple: false }];
  assert.ok(!plain(rendered([opened(question(id, whole, { detail }))])).includes('more characters'));
  assert.ok(plain(rendered([opened(question(id, [], { detail }))])).includes('│ … 99995 more characters'));
});

test('below the request stands how it was answered and by whom', () => {
  const answered = (more: object): Said => ({
    type: 'request.answered',
    request_id: id,
    by: 'person',
    ...more,
  });
  const end = (request: Parameters<typeof opened>[0], more: object) =>
    plain(rendered([opened(request), answered(more)])).replace(/^[\s\S]*?(?= {2}└)/, '');
  assert.equal(end(permission(id), { decision: 'allow' }), '  └ ✓ Allowed once by you\n');
  assert.equal(end(permission(id), { decision: 'allow_thread' }), '  └ ✓ Allowed in this thread by you\n');
  assert.equal(
    end(permission(id), { decision: 'deny', text: { text: 'Not on a Friday.\nAsk me on Monday.' } }),
    '  └ ✗ Denied by you\n    Not on a Friday.\n    Ask me on Monday.\n',
  );
  const asked = [{ question: 'Which?', options: [], multiple: false }];
  assert.equal(
    end(question(id, asked), {
      by: 'agent',
      from: 'thread-boss',
      text: { text: '["Postgres\\nSQLite","8080"]' },
    }),
    '  └ ✓ Answered by thread-boss\n    Postgres, SQLite\n    8080\n',
  );
  assert.equal(
    end(question(id, asked, { detached: true }), { text: { text: '[1] first' } }),
    '  └ ✓ Answered by you\n    [1] first\n',
  );
});

test('an answer that comes later names its request; one that nobody needs any more says why', () => {
  const shown = rendered([
    opened(permission(id)),
    text('a', 'Meanwhile.\n'),
    { type: 'request.answered', request_id: id, by: 'person', decision: 'allow' },
    opened(permission('req-bbbbbbbbbb')),
    { type: 'request.closed', request_id: 'req-bbbbbbbbbb', reason: 'The agent does not wait any more.' },
  ]);
  assert.equal(
    plain(shown),
    `◆ The agent wants to use Bash
  │ npm publish

Meanwhile.

◆ npm publish
  └ ✓ Allowed once by you

◆ The agent wants to use Bash
  │ npm publish
  └ ⊘ The agent does not wait any more.
`,
  );
});

test('messages say from whom they are; news is one line, and an answer stands with its question alone', () => {
  const queued = (more: object, body = 'Use tabs.\nPlease.'): Said => ({
    type: 'message.queued',
    message: { ...message, text: { text: body }, ...more },
  });
  const shown = rendered([
    queued({}),
    queued({ id: 'msg-bbbbbbbbbb', origin: 'agent', from: 'thread-boss' }),
    queued({ id: 'msg-cccccccccc', kind: 'answer', request_id: id }),
    queued({ kind: 'child_ended', origin: 'host', from: 'thread-kid', outcome: 'completed' }, 'All\ndone.'),
    queued({ kind: 'child_waits', origin: 'host', from: 'thread-kid', outcome: 'question' }, ''),
    queued({ kind: 'undelivered', origin: 'host', from: 'thread-kid' }, 'msg-1: Use tabs.\nIt died.'),
  ]);
  assert.equal(
    plain(shown),
    `↳ Message from you
  Use tabs.
  Please.
↳ Message from thread-boss
  Use tabs.
  Please.
↳ thread-kid ended: completed · All done.
↳ thread-kid waits: question
↳ thread-kid did not get what was sent to it · msg-1: Use tabs. It died.
`,
  );
});

const news: Said = {
  type: 'message.queued',
  message: {
    ...message,
    id: 'msg-kkkkkkkkkk',
    kind: 'child_ended',
    origin: 'host',
    from: 'thread-kid',
    outcome: 'completed',
    text: { text: 'All done.\nTwo files.' },
  },
};
const word: Said = { type: 'message.queued', message: { ...message, text: { text: 'Use tabs.' } } };
const sending: Said = { type: 'messages.moved', message_ids: [message.id], to: 'sending' };
const digest = `AgentDock: 2 messages for you, oldest first.

[msg-kkkkkkkkkk] The thread thread-kid ended a turn: completed. Its last words:
\`\`\`text
All done.
Two files.
\`\`\`

[${message.id}] Message from the person:
\`\`\`text
Use tabs.
\`\`\``;
const bringing = (brings: string[], prompt: string): Said => ({
  type: 'turn.queued',
  turn_id: 't1',
  origin: 'host',
  prompt: { text: prompt },
  message_id: 'm-t1',
  brings,
});

test('what a turn brings is not written a second time; of news it says what its line had no place for', () => {
  const asked: Said = { type: 'prompt', turn_id: 't1', origin: 'host', text: { text: digest } };
  const turn = [bringing(['msg-kkkkkkkkkk', message.id], digest), turnStarted(), asked];
  assert.equal(
    plain(rendered([news, word, ...turn])),
    `↳ thread-kid ended: completed · All done. Two files.
↳ Message from you
  Use tabs.

❯ the 2 messages above
  thread-kid
  All done.
  Two files.
`,
  );
  assert.equal(
    plain(rendered([word, bringing([message.id], 'Use tabs.')])),
    '↳ Message from you\n  Use tabs.\n\n❯ the message above\n',
  );
  // A viewer that came in later has not seen them.
  assert.match(plain(rendered([word, ...turn])), /❯ AgentDock: 2 messages for you/);
});

test('what reached the running turn is not written a second time either', () => {
  const steered = (body: string): Said => ({ type: 'steered', text: { text: body } });
  const above = '❯ the message above to the running turn\n';
  assert.ok(plain(rendered([turnStarted(), word, sending, steered('Use tabs.\n')])).endsWith(`\n\n${above}`));
  const both = plain(rendered([turnStarted(), news, word, steered(digest)]));
  assert.ok(both.endsWith('\n\n❯ the 2 messages above to the running turn\n'), both);
  assert.match(plain(rendered([turnStarted(), word, steered(digest)])), /❯ AgentDock: 2 messages/);
  assert.match(plain(rendered([turnStarted(), steered('Use tabs.')])), /❯ Use tabs\. to the running turn/);
});

test('what a person types in the agent’s own terminal stands as a prompt of theirs', () => {
  const steered = (body: string) => ({ type: 'steered', turn_id: 't1', text: { text: body } }) as Said;
  const turn = { ...bringing([], 'Begin.'), native: true, origin: 'person' } as Said;
  const asked: Said = { type: 'prompt', turn_id: 't1', origin: 'person', text: { text: 'Begin.' } };
  const typed = [steered('Begin.'), steered('Go on.\nWith both.'), text('1', 'Yes.'), word, sending];
  assert.equal(
    plain(rendered([turn, turnStarted(), asked, ...typed, steered('Use tabs.'), steered('Use tabs.')])),
    `· In its own terminal
❯ Begin.

❯ Go on.
  With both.

Yes.

↳ Message from you
  Use tabs.

❯ the message above
❯ Use tabs.
`,
  );
});

test('of a message’s way only what went wrong is shown', () => {
  const moved = (to: 'delivered' | 'acknowledged' | 'failed' | 'unknown', reason?: string): Said => ({
    type: 'messages.moved',
    message_ids: [message.id],
    to,
    ...(reason === undefined ? {} : { reason }),
  });
  const queued: Said = { type: 'message.queued', message: { ...message, text: { text: 'Use tabs.' } } };
  const shown = plain(
    rendered([queued, moved('delivered'), moved('failed', 'It was full.'), moved('unknown')]),
  );
  assert.equal(
    shown.replace(/^[\s\S]*?(?=!)/, ''),
    `! Not delivered: Use tabs.
  It was full.
! Nobody can tell whether it arrived: Use tabs.
`,
  );
  assert.equal(plain(rendered([moved('acknowledged')])), '');
});

test('a report shows what is claimed, the end of the turn what was seen and where both disagree', () => {
  const shown = rendered([
    turnStarted(),
    {
      type: 'report.made',
      report: {
        kind: 'result',
        turn_id: 't1',
        summary: { text: 'Retries are in.\n\nTwo tests.' },
        outcome: 'done',
        files: ['src/retry.js'],
        checks: [
          { name: 'npm test', passed: true },
          { name: 'lint', passed: false },
        ],
      },
    },
    turnEnded('t1', {
      receipt: {
        tool_calls: 1,
        duration_ms: 5,
        files: [],
        doubts: ['It says that it changed files; git sees none.'],
      },
    }),
  ]);
  assert.equal(
    plain(shown),
    `■ Report: done
  Retries are in.

  Two tests.
  ~ src/retry.js
  ✓ npm test
  ✗ lint

✓ Completed · 2.0 s · 1 tool call · 0 files changed
  ! It says that it changed files; git sees none.

`,
  );
});
