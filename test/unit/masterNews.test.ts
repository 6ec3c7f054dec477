import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import { waitFor } from '../support/waitFor.ts';
import { asThread, makeMaster, noStop, toolEnded } from './masterHarness.ts';

test('children that end wake their master with one turn, which holds what they said', async t => {
  const { master, child, start, turnOf, state, states, begun } = await makeMaster(t);
  const first = await start(master);
  const [a, b] = [await child('one'), await child('two')];
  first.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  (await start(a)).end({ outcome: 'completed', result: 'I built it.' });
  (await start(b)).end({
    outcome: 'failed',
    error: { code: 'timeout', message: 'Too slow.', retryable: true },
  });
  const { request } = await turnOf(master, 2);
  assert.match(request.prompt, /^AgentDock: 2 messages/);
  assert.match(request.prompt, /I built it\./);
  assert.match(request.prompt, /Too slow\./);
  (await start(master, 2)).end({ outcome: 'completed' });
  await waitFor('the news to be read', () =>
    states(master)?.every(one => one === 'child_ended acknowledged'),
  );
  assert.equal(begun.filter(one => one.request.threadId === master).length, 2);
});

test('a master in mid-turn gets news with its next tool reply, and is not woken for them again', async t => {
  const { master, child, start, mailroom, state, states, begun } = await makeMaster(t);
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.[0] === 'child_ended queued');
  const text = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(text, /Ready\./);
  assert.deepEqual(states(master), ['child_ended sending']);
  assert.equal(await mailroom.takeForReply(master, noStop), undefined);
  turn.sink.event(toolEnded(text));
  await waitFor('the news to arrive', () => states(master)?.[0] === 'child_ended delivered');
  turn.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  assert.deepEqual(states(master), ['child_ended acknowledged']);
  mailroom.sweep();
  assert.equal(begun.filter(one => one.request.threadId === master).length, 1);
});

test('what a child waits for reaches its master with the options, the tool and the change', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t);
  await start(master);
  const worker = await start(await child('one'));
  const stop = new AbortController();
  const options = [{ label: 'pg' }, { label: 'sqlite' }];
  const waiting = Promise.allSettled([
    worker.sink.question({ questions: [{ question: 'Which?', options, multiple: true }] }, stop.signal),
    worker.sink.permission({ tool: 'Edit', detail: 'src/a.ts', diff: '-old\n+new' }, stop.signal),
  ]);
  await waitFor('the news', () => states(master)?.length === 2);
  const told = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(told, /1\. Which\? \(several may be chosen\)\n {3}- pg\n {3}- sqlite\n/);
  assert.match(told, /Tool: Edit\nsrc\/a\.ts\nIt would change:\n-old\n\+new\n/);
  stop.abort();
  await waiting;
});

test('the news of a turn hold what was reported in it, also when the thread has gone on', async t => {
  const { master, child, start, call, store, runner, mailroom, states } = await makeMaster(t);
  await start(master);
  const one = await child('one');
  const report = async (summary: string, more: object = {}) => {
    const turn_id = store.get(one)?.turn?.id ?? '';
    const result = { kind: 'result' as const, turn_id, files: [], checks: [], ...more };
    const change = { type: 'report.made' as const, report: { ...result, summary: { text: summary } } };
    await store.commit([{ thread: one, change }]);
  };
  const first = await start(one);
  await report('The page stands.', { outcome: 'done', files: ['src/a.ts'] });
  first.end({ outcome: 'completed', result: 'Bye.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await call('resume_thread', { thread_id: one, additional_prompt: 'Go on.' });
  runner.pump();
  const second = await start(one, 2);
  await report('And the form.');
  const told = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(
    told,
    /Its report:\n```text\nOutcome: done\nAgentDock doubts it: [\s\S]*Summary: The page stands\./,
  );
  assert.match(told, /Files: src\/a\.ts\n\nIts last words:\nBye\.\n/);
  second.end({ outcome: 'completed', result: 'And the form.' });
  await waitFor('more news', () => states(master)?.length === 2);
  const more = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(more, /Its report:\n```text\nSummary: And the form\.\n```/);
});

test('the news of a turn hold what AgentDock saw of it', async t => {
  const { master, child, start, mailroom, states, store } = await makeMaster(t);
  await start(master);
  const worker = await start(await child('one'));
  const call = { type: 'tool.started', item: 'i', name: 'Bash', title: 'npm test' } as const;
  worker.sink.event(call);
  const usage = { input_tokens: 1_200, output_tokens: 300 };
  worker.end({ outcome: 'completed', result: 'Ready.', usage });
  await waitFor('the news', () => states(master)?.length === 1);
  const { seen } = store.get(master)?.inbox[0] ?? {};
  assert.partialDeepStrictEqual(seen, { tool_calls: 1, usage });
  const told = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(told, /\nAgentDock saw: \d+\.\d s, 1\.2k tokens in, 300 out, 1 tool call\.$/);
});

test('what nobody waits for any more is no news', async t => {
  const { master, child, start, mailroom, states, state, begun } = await makeMaster(t);
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  const worker = await start(await child('one'));
  const stop = new AbortController();
  const asked = worker.sink.permission({ tool: 'Bash', detail: 'x' }, stop.signal);
  await waitFor('the news', () => states(master)?.[0] === 'child_waits queued');
  assert.equal(mailroom.isBusy(), true);
  stop.abort();
  await assert.rejects(asked, { code: 'cancelled' });
  await waitFor('the news to be dropped', () => states(master)?.[0] === 'child_waits acknowledged');
  assert.equal(begun.filter(({ request }) => request.threadId === master).length, 1);
});

test('a master hears of what its workers started, and whose child it is; it may answer there', async t => {
  const { master, child, start, turnOf, state, states, call, runner, store } = await makeMaster(t);
  const first = await start(master);
  const worker = await child('builds');
  first.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await start(worker);
  const reply = await call(
    'spawn_thread',
    { task_name: 'tests', provider: 'codex', prompt: 'work' },
    asThread(worker),
  );
  assert.ok(reply.ok);
  runner.pump();
  const { thread_id: grandchild } = reply.result as { thread_id: ThreadId };
  const asking = await start(grandchild);
  const question = { question: 'Which?', options: [], multiple: false };
  const answered = asking.sink.question({ questions: [question] }, noStop);
  const { request } = await turnOf(master, 2);
  const name = `thread ${grandchild}, started by ${worker},`;
  assert.match(request.prompt, new RegExp(`The ${name} asks a question`));
  const request_id = store.get(grandchild)?.requests[0]?.id;
  await call('answer_thread', { thread_id: grandchild, request_id, answers: ['this'] }, asThread(master));
  assert.deepEqual(await answered, { answers: ['this'] });
  (await start(master, 2)).end({ outcome: 'completed' });
  asking.end({ outcome: 'completed', result: 'Tested.' });
  const { request: next } = await turnOf(master, 3);
  assert.match(next.prompt, new RegExp(`The ${name} ended a turn: completed\\.[\\s\\S]*Tested\\.`));
  assert.deepEqual(states(worker), []);
});

test('a worker that is cancelled with its own threads is one piece of news', async t => {
  const { master, child, start, call, runner, states, store } = await makeMaster(t);
  (await start(master)).end({ outcome: 'completed' });
  const worker = await child('builds');
  await start(worker);
  await call('spawn_thread', { task_name: 'tests', provider: 'codex', prompt: 'work' }, asThread(worker));
  runner.pump();
  await call('cancel_thread', { thread_id: worker });
  const below = [...store.threads().values()].filter(({ parent_id }) => parent_id === worker);
  assert.deepEqual(
    below.map(one => one.cancel_requested),
    [true],
  );
  assert.equal(states(master)?.length, 1);
});
