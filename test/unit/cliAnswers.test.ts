import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Command, CommandContext, OptionValues } from '../../src/cli/command.ts';
import { answer } from '../../src/cli/commands/answer.ts';
import { list } from '../../src/cli/commands/list.ts';
import { master } from '../../src/cli/commands/master.ts';
import { send } from '../../src/cli/commands/send.ts';
import { show } from '../../src/cli/commands/show.ts';
import { waitFor as waitForThreads } from '../../src/cli/waitFor.ts';
import type { AgentRequest } from '../../src/contracts/agentRequest.ts';
import type { ThreadStore } from '../../src/store/threadStore.ts';
import { addThread, makeServedStore } from '../client/servedStore.ts';
import { waitFor } from '../support/waitFor.ts';
import { end, prepare } from '../tools/toolHarness.ts';

const id = 'thread-one';
const turn = { id, turn: 't' };

async function makeDesk(t: TestContext) {
  const { serve, client } = await makeServedStore(t);
  const { store } = await serve();
  await addThread(store, id);
  await prepare(store, turn);
  const connected = await client();
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    output: { out: line => void out.push(line), err: line => void err.push(line) },
    json: false,
    cwd: '/',
    workspace: undefined,
    stdin: async () => 'from standard input',
    // The fake host has no status, which only a warning asks for.
    client: async () => Object.assign(connected, { status: async () => ({}) as never }),
  };
  const run = async (command: Command, words: readonly string[], options: OptionValues = {}) => {
    out.length = 0;
    const code = await command.run(words, options, context);
    return { code, text: out.join('\n') };
  };
  return { store, connected, context, out, err, run };
}

type Opened = Partial<Omit<AgentRequest, 'turn_id' | 'opened_at'>> & Pick<AgentRequest, 'id' | 'kind'>;

async function open(store: ThreadStore, request: Opened): Promise<void> {
  const whole = {
    detached: false,
    title: 'rm -r build',
    detail: { text: 'rm -r build' },
    questions: [],
    ...request,
  };
  await store.commit([{ thread: id, change: { type: 'request.opened', turn_id: 't', request: whole } }]);
}

const permission: Opened = {
  id: 'req-aaaaaaaaaa',
  kind: 'permission',
  tool: 'Bash',
  rule: { tool: 'Bash', subject: 'rm -r build' },
};
const question: Opened = {
  id: 'req-bbbbbbbbbb',
  kind: 'question',
  title: 'Which colour?',
  detail: { text: 'Which colour?' },
  questions: [
    { question: 'Which colour?', options: [{ label: 'red' }, { label: 'dark blue' }], multiple: false },
  ],
};

test('list and show say what a thread waits for, and show how to answer it', async t => {
  const { store, run } = await makeDesk(t);
  await open(store, permission);
  await open(store, question);
  const listed = await run(list, []);
  assert.match(listed.text, /waiting_permission \(waits for a permission: Bash: rm -r build, and 1 more\)/);
  assert.match(listed.text, /agentdock show THREAD says what one waits for/);
  const { text } = await run(show, [id]);
  assert.match(text, /^req-aaaaaaaaaa +waits for a permission: Bash: rm -r build$/m);
  assert.match(
    text,
    /agentdock answer thread-one req-aaaaaaaaaa --allow \| --allow-thread \| --deny \[REASON\]/,
  );
  assert.match(text, /^req-bbbbbbbbbb +asks: Which colour\?\n +one of: "red", "dark blue"$/m);
  assert.match(text, /agentdock answer thread-one req-bbbbbbbbbb --text …/);
});

test('show prints the change that is to be allowed, and says where it is cut', async t => {
  const { store, connected, run } = await makeDesk(t);
  await open(store, { ...permission, diff: { text: '--- a/x\n+++ b/x\n-old\n+new\n' } });
  const { text } = await run(show, [id]);
  assert.match(text, /It would change:\n +--- a\/x\n +\+\+\+ b\/x\n +-old\n +\+new\n +agentdock answer/);
  assert.doesNotMatch(text, /cut:/);
  const long = `+${'y'.repeat(100_000)}`;
  const diff = await store.putText(long);
  assert.ok('file' in diff);
  await open(store, { ...permission, id: 'req-cccccccccc', diff });
  const shown = await run(show, [id]);
  assert.match(
    shown.text,
    /\+y{19999}\n +…\n +\(cut: agentdock read --json thread-one has all of it, or names/,
  );
  const { threads } = await connected.call('list_threads', {});
  assert.deepEqual(
    threads[0]?.requests.map(({ diff, truncated }) => [diff?.length, truncated]),
    [
      [26, false],
      [202, true],
    ],
  );
});

test('a permission is allowed, allowed for the thread, or denied with a reason', async t => {
  const { store, run } = await makeDesk(t);
  await open(store, permission);
  assert.deepEqual(await run(answer, [id], { allow: true }), { code: 0, text: `${id}  running` });
  await open(store, { ...permission, id: 'req-cccccccccc' });
  await run(answer, [id, 'req-cccccccccc'], { 'allow-thread': true });
  assert.deepEqual(store.get(id)?.rules, [permission.rule]);
  await open(store, { ...permission, id: 'req-dddddddddd' });
  await run(answer, [id, 'not', 'that', 'folder'], { deny: true });
  const { events } = await store.history.read(id, { after: 0 });
  assert.deepEqual(
    events.flatMap(event => (event.type === 'request.answered' ? [event['decision']] : [])),
    ['allow', 'allow_thread', 'deny'],
  );
  assert.deepEqual(events.at(-1)?.['text'], { text: 'not that folder' });
});

test('a question takes words, standard input, or one word for each of several questions', async t => {
  const { store, run } = await makeDesk(t);
  const asked = async (request_id: string, count = 1) => {
    const questions = Array.from({ length: count }, () => ({
      question: 'Which?',
      options: [],
      multiple: false,
    }));
    await open(store, { ...question, id: request_id, questions });
  };
  const given = async () => {
    const { events } = await store.history.read(id, { after: 0 });
    return events.at(-1)?.['text'];
  };
  await asked('req-bbbbbbbbbb');
  await run(answer, [id, 'dark', 'blue'], { text: true });
  assert.deepEqual(await given(), { text: '["dark blue"]' });
  await asked('req-cccccccccc');
  await run(answer, [id, 'req-cccccccccc', '-'], { text: true });
  assert.deepEqual(await given(), { text: '["from standard input"]' });
  await asked('req-dddddddddd', 2);
  await run(answer, [id, 'dark blue', 'red'], { text: true });
  assert.deepEqual(await given(), { text: '["dark blue","red"]' });
});

test('an answer that does not fit says what would', async t => {
  const { store, run } = await makeDesk(t);
  const refused = (words: readonly string[], options: OptionValues, message: RegExp, hint = /./) =>
    assert.rejects(run(answer, words, options), (error: { message: string; hint?: string }) => {
      assert.match(error.message, message);
      assert.match(error.hint ?? 'none', hint);
      return true;
    });
  await refused([id], {}, /one of --allow/, /show THREAD/);
  await refused([id], { allow: true, deny: true }, /one of --allow/);
  await refused([id, 'please'], { allow: true }, /Unexpected "please" with --allow/);
  await refused([id], { allow: true }, /waits for no answer\./, /somebody/i);
  await open(store, permission);
  await refused(
    [id, 'yes'],
    { text: true },
    /This is a permission: rm -r build/,
    /--allow \| --allow-thread/,
  );
  await refused([id, 'req-zzzzzzzzzz'], { allow: true }, /waits for no answer to req-zzzzzzzzzz/);
  await open(store, question);
  await refused([id], { allow: true }, /waits for 2 answers/, /req-aaaaaaaaaa.*\n.*req-bbbbbbbbbb asks/);
  await refused([id, 'req-bbbbbbbbbb'], { text: true }, /Expected an answer after --text/);
});

test('waiting says once what a thread waits for and how to answer, and goes on to the end', async t => {
  const { store, connected, context, out, err, run } = await makeDesk(t);
  const waiting = waitForThreads(connected, [id], context);
  await open(store, permission);
  await waitFor('the request to be said', () => err.length > 0);
  assert.deepEqual(err, [
    `${id} waits for a permission: Bash: rm -r build`,
    `  agentdock answer ${id} --allow | --allow-thread | --deny [REASON]`,
  ]);
  await run(answer, [id], { allow: true });
  out.length = 0;
  await end(store, turn);
  assert.equal(await waiting, 0);
  assert.deepEqual([out, err.length], [[`${id}  completed`], 2]);
});

test('send puts a message into the inbox, now or at the end of the turn, and show tells of it', async t => {
  const { store, run } = await makeDesk(t);
  const first = await run(send, [id, 'Look', 'here.'], { now: true });
  assert.match(first.text, /^msg-\w{10} {2}queued$/);
  await run(send, [id, '-'], { key: 'k' });
  assert.match((await run(send, [id, '-'], { key: 'k' })).text, /same key as before/);
  assert.deepEqual(
    store.get(id)?.inbox.map(({ when, text }) => [when, text]),
    [
      ['now', { text: 'Look here.' }],
      ['turn_end', { text: 'from standard input' }],
    ],
  );
  assert.match((await run(show, [id])).text, /^msg-\w{10} +message from person: queued$/m);
});

test('send and show say why a message has failed', async t => {
  const { store, run } = await makeDesk(t);
  await run(send, [id, 'Look', 'here.'], { key: 'k' });
  const [message] = store.get(id)?.inbox ?? [];
  assert.ok(message);
  const failed = { to: 'failed', reason: '3 turns failed. Send it again.' } as const;
  await store.commit([
    { thread: id, change: { type: 'messages.moved', message_ids: [message.id], ...failed } },
  ]);
  assert.equal(
    (await run(send, [id, 'Look', 'here.'], { key: 'k' })).text,
    `${message.id}  failed  (same key as before)\n${failed.reason}`,
  );
  const { text } = await run(show, [id]);
  assert.ok(text.includes(`message from person: failed (${failed.reason})`), text);
});

test('show prints the report beside what AgentDock saw', async t => {
  const { store, run } = await makeDesk(t);
  const report = {
    kind: 'result' as const,
    turn_id: 't',
    summary: { text: 'All done.' },
    outcome: 'done' as const,
    files: ['a.ts'],
    checks: [{ name: 'tests', passed: false }],
  };
  const receipt = { tool_calls: 3, duration_ms: 1500, files: ['b.ts'], doubts: ['It says it changed a.ts.'] };
  await store.commit([{ thread: id, change: { type: 'report.made', report } }]);
  const ended = {
    type: 'turn.ended',
    turn_id: 't',
    outcome: 'completed',
    source: 'provider',
    receipt,
  } as const;
  await store.commit([{ thread: id, change: ended }]);
  const { text } = await run(show, [id]);
  assert.match(text, /^report +done\n +All done\.\n +says it changed: a\.ts\n +failed: tests$/m);
  assert.match(text, /^receipt +1 turn, 1\.5 s, 3 tool calls, 1 file changed\n +b\.ts\n+doubt +It says/m);
});

test('show prints what the last turn and all turns took, with the price where one is known', async t => {
  const { store, run } = await makeDesk(t);
  const usage = { input_tokens: 12_300, output_tokens: 850, cost_usd: 0.125 };
  const endTurn = (turn_id: string, more: object) =>
    store.commit([
      {
        thread: id,
        change: {
          type: 'turn.ended',
          turn_id,
          outcome: 'completed',
          source: 'provider',
          receipt: { tool_calls: 3, duration_ms: 62_000, files: ['a.ts'], doubts: [] },
          ...more,
        },
      },
    ]);
  await endTurn('t', { usage });
  const one = (await run(show, [id])).text;
  assert.match(
    one,
    /^receipt +1 turn, 1 min 2 s, 12\.3k tokens in, 850 out, \$0\.13, 3 tool calls, 1 file changed\n +a\.ts$/m,
  );
  assert.doesNotMatch(one, /all turns/);
  await store.commit([
    {
      thread: id,
      change: {
        type: 'turn.queued',
        turn_id: 't2',
        origin: 'person',
        prompt: { text: 'x' },
        message_id: 'm2',
      },
    },
  ]);
  await prepare(store, { id, turn: 't2' });
  const files = Array.from({ length: 25 }, (_, index) => `b${index}.ts`);
  await endTurn('t2', { receipt: { tool_calls: 1, duration_ms: 1500, files, doubts: [] } });
  const { text } = await run(show, [id]);
  assert.match(text, /^receipt +last turn: 1\.5 s, 1 tool call, 25 files changed$/m);
  assert.match(text, /^ +b19\.ts\n +… and 5 more$/m);
  assert.match(
    text,
    /^all turns +2 turns, 1 min 3 s, 12\.3k tokens in, 850 out, \$0\.13, 4 tool calls, 26 files changed$/m,
  );
});

test('master starts a master, which only a person may', async t => {
  const { store, run } = await makeDesk(t);
  assert.equal((await run(master, ['codex', 'Build', 'it.'])).code, 0);
  const started = [...store.threads().values()].find(({ role }) => role === 'master');
  assert.equal(
    started?.queue[0]?.prompt && 'text' in started.queue[0].prompt && started.queue[0].prompt.text,
    'Build it.',
  );

  const { serve, client } = await makeServedStore(t);
  await serve({ caller: { kind: 'agent', place: 'outside', why: 'the test says so' } });
  const agent = await client();
  await assert.rejects(
    agent.call('spawn_thread', { task_name: 'm', provider: 'codex', prompt: 'Go.', role: 'master' }),
    { code: 'permission_denied' },
  );
});
