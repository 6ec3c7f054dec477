import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AgentEvent } from '../../src/contracts/agentEvent.ts';
import { DockError } from '../../src/contracts/errors.ts';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeRunner, type RunnerOptions } from './runnerHarness.ts';

const noStop = new AbortController().signal;
const toolEnded = (text: string): AgentEvent => ({
  type: 'tool.ended',
  item: 'a call',
  status: 'completed',
  output: { text },
});
const asThread = (thread: ThreadId): Caller => ({ kind: 'agent', place: 'thread', thread, why: 'test' });

/** A master in its first turn, and a way to start children of it. */
async function makeMaster(t: TestContext, options: RunnerOptions = {}) {
  const parts = await makeRunner(t, { ...options, settings: { max_running: 8, ...options.settings } });
  const { begun, call, spawn, store } = parts;
  const turnOf = (thread: ThreadId, nth = 1) =>
    waitFor(`turn ${nth} of ${thread}`, () => begun.filter(one => one.request.threadId === thread)[nth - 1]);
  const start = async (thread: ThreadId, nth = 1) => {
    const turn = await turnOf(thread, nth);
    await turn.sink.sessionBound({ id: `session-${thread}` });
    await turn.sink.promptSending();
    await turn.sink.turnStarted();
    return turn;
  };
  const master = await spawn({ task_name: 'master', role: 'master' });
  const child = async (name: string) => {
    const reply = await call(
      'spawn_thread',
      { task_name: name, provider: 'codex', prompt: 'work' },
      asThread(master),
    );
    assert.ok(reply.ok);
    parts.runner.pump();
    return (reply.result as { thread_id: ThreadId }).thread_id;
  };
  const states = (thread: ThreadId) => store.get(thread)?.inbox.map(({ kind, state }) => `${kind} ${state}`);
  return { ...parts, master, child, start, turnOf, states };
}

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

test('news of a reply that the agent did not live to read come again, unless its transcript holds them', async t => {
  let transcript: readonly string[] = [];
  const { master, child, start, turnOf, mailroom, states } = await makeMaster(t, {
    transcript: () => transcript,
  });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.end({ outcome: 'failed', error: { code: 'unknown', message: 'killed', retryable: false } });
  const again = await start(master, 2);
  assert.match(again.request.prompt, /Ready\./);

  (await start(await child('two'))).end({ outcome: 'completed', result: 'Also ready.' });
  await waitFor('the news', () => states(master)?.length === 2);
  transcript = [again.request.prompt, (await mailroom.takeForReply(master, noStop)) ?? ''];
  again.end({ outcome: 'failed', error: { code: 'unknown', message: 'killed', retryable: false } });
  await waitFor('the transcript to be read', () => states(master)?.[1] === 'child_ended delivered');
  (await start(await child('three'))).end({ outcome: 'completed', result: 'Last.' });
  const third = await turnOf(master, 3);
  assert.match(third.request.prompt, /^AgentDock: a message/);
  assert.match(third.request.prompt, /Last\./);
});

test('what is found in the session only after the next turn was good has been read', async t => {
  const reading = Promise.withResolvers<readonly string[]>();
  t.after(() => reading.resolve([]));
  const { master, child, start, call, states, state, store } = await makeMaster(t, {
    transcript: () => reading.promise,
  });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  const woken = await start(master, 2);
  await call('resume_thread', { thread_id: master, additional_prompt: 'Go on.' });
  woken.end({ outcome: 'failed', error: { code: 'unknown', message: 'killed', retryable: false } });
  (await start(master, 3)).end({ outcome: 'completed' });
  await waitFor('the turn to end', () => store.get(master)?.turns_ended === 3);
  assert.deepEqual(states(master), ['child_ended delivered']);
  reading.resolve([woken.request.prompt]);
  await waitFor('the verdict', () => states(master)?.[0] === 'child_ended acknowledged');
});

test('where the transcript cannot be read, nobody knows, and nothing is sent again', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t, { transcript: () => undefined });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.end({ outcome: 'failed', error: { code: 'unknown', message: 'killed', retryable: false } });
  await waitFor('the verdict', () => states(master)?.[0] === 'child_ended unknown');
});

test('what a provider took and was killed before it wrote it down comes again', async t => {
  let transcript: readonly string[] = [];
  const { master, child, start, call, states, state, store } = await makeMaster(t, {
    transcript: () => transcript,
  });
  const first = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  first.end({ outcome: 'completed' });
  const killed = {
    outcome: 'failed',
    error: { code: 'unknown', message: 'killed', retryable: false },
  } as const;
  (await start(master, 2)).end(killed);
  const again = await start(master, 3);
  assert.match(again.request.prompt, /Ready\./);
  transcript = [again.request.prompt];
  again.end(killed);
  await waitFor('the master to rest', () => state(master) === 'failed');
  await call('send_message', { thread_id: master, text: 'Go on.' });
  (await start(master, 4)).end(killed);
  const fifth = await start(master, 5);
  assert.equal(fifth.request.prompt, 'Go on.');
  transcript = [...transcript, 'Go on.'];
  fifth.end(killed);
  await waitFor('it to be looked for', () => store.get(master)?.inbox.every(({ cut }) => cut !== true));
  assert.deepEqual(states(master), ['child_ended delivered', 'message delivered']);
});

test('the person’s words that may have left are not sent again where the transcript may hold them', async t => {
  const { master, start, turnOf, call, states, state } = await makeMaster(t, {
    transcript: () => ['Go on.', '<command-name>'],
  });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  // Nothing marks them: the first stand there, perhaps from another time; a provider puts others for the second.
  for (const [index, text] of ['Go on.', '/compact now'].entries()) {
    await call('send_message', { thread_id: master, text });
    const turn = await turnOf(master, 2 + index);
    await turn.sink.promptSending();
    turn.end({ outcome: 'interrupted' });
    await waitFor('the verdict', () => states(master)?.[index] === 'message unknown');
  }
});

test('the person’s words that the transcript lacks are sent again', async t => {
  const { master, start, turnOf, call, state } = await makeMaster(t, { transcript: () => ['Go.'] });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await call('send_message', { thread_id: master, text: 'Go on.' });
  const turn = await turnOf(master, 2);
  await turn.sink.promptSending();
  turn.end({ outcome: 'interrupted' });
  assert.equal((await turnOf(master, 3)).request.prompt, 'Go on.');
});

test('a message for now reaches the running turn; one that comes too late gets a turn of its own', async t => {
  const verdicts: (DockError | undefined)[] = [undefined, new DockError('conflict', 'too late')];
  const { master, start, turnOf, call, states } = await makeMaster(t, { steer: () => verdicts.shift() });
  const send = (text: string) => call('send_message', { thread_id: master, text, when: 'now' });
  const turn = await start(master);
  await send('Hurry.');
  await waitFor('the message', () => turn.steered.length === 1);
  assert.deepEqual(turn.steered, ['Hurry.']);
  await waitFor('its receipt', () => states(master)?.[0] === 'message delivered');
  await send('Too late.');
  await waitFor('the refusal', () => verdicts.length === 0 && states(master)?.[1] === 'message queued');
  turn.end({ outcome: 'completed' });
  assert.equal((await turnOf(master, 2)).request.prompt, 'Too late.');
});

test('what still waits to be steered when its turn ends does not go into the next turn, which brings it', async t => {
  const taken = Promise.withResolvers<undefined>();
  const { master, start, call, states } = await makeMaster(t, {
    steer: text => (text === 'One.' ? taken.promise : undefined),
    transcript: () => [],
  });
  const turn = await start(master);
  for (const text of ['One.', 'Two.']) {
    await call('send_message', { thread_id: master, text, when: 'now' });
  }
  await waitFor('both to leave', () => states(master)?.join() === 'message sending,message sending');
  turn.end({ outcome: 'completed' });
  const next = await start(master, 2);
  assert.match(next.request.prompt, /One\.[\s\S]*Two\./);
  taken.reject(new DockError('unknown', 'lost'));
  await waitFor('the second to be tried', () => turn.steered.length === 1);
  assert.deepEqual(next.steered, []);
  assert.deepEqual(states(master), ['message delivered', 'message delivered']);
});

test('a message that the provider takes only after a tool call holds no reply to that call up', async t => {
  const taken = Promise.withResolvers<undefined>();
  const { master, child, start, call, mailroom, states } = await makeMaster(t, {
    steer: () => taken.promise,
  });
  await start(master);
  await call('send_message', { thread_id: master, text: 'Hurry.', when: 'now' });
  await waitFor('the message to leave', () => states(master)?.[0] === 'message sending');
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 2);
  assert.match((await mailroom.takeForReply(master, noStop)) ?? '', /Ready\./);
  taken.resolve(undefined);
  await waitFor('its receipt', () => states(master)?.[0] === 'message delivered');
});

test('what a reply of an earlier turn brought is not taken as read by the next one', async t => {
  const { master, child, start, call, runner, mailroom, states, state } = await makeMaster(t, {
    settings: { wake_master: 'never' },
    transcript: () => [],
  });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.end({ outcome: 'failed', error: { code: 'unknown', message: 'killed', retryable: false } });
  await waitFor('the news to wait again', () => states(master)?.[0] === 'child_ended queued');
  await call('resume_thread', { thread_id: master, additional_prompt: 'Go on.' });
  runner.pump();
  const next = await start(master, 2);
  next.sink.event(toolEnded('nothing new'));
  next.end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  assert.deepEqual(states(master), ['child_ended queued']);
});

test('of two calls that a model makes at once the second says nothing of the reply to the first', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t, { transcript: () => [] });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  // The second one begins when the first is over, and the model has seen neither reply.
  await mailroom.takeForReply(master, noStop);
  turn.sink.event(toolEnded('the result of the second'));
  assert.deepEqual(states(master), ['child_ended sending']);
  turn.end({ outcome: 'failed', error: { code: 'unknown', message: 'killed', retryable: false } });
  assert.match((await start(master, 2)).request.prompt, /Ready\./);
});

test('news that the provider cut out of a long result come again with a turn of their own', async t => {
  const { master, child, start, mailroom, states } = await makeMaster(t, {
    transcript: () => ['{"events":'],
  });
  const turn = await start(master);
  (await start(await child('one'))).end({ outcome: 'completed', result: 'Ready.' });
  await waitFor('the news', () => states(master)?.length === 1);
  await mailroom.takeForReply(master, noStop);
  turn.sink.event(toolEnded('{"events":'));
  turn.end({ outcome: 'completed' });
  assert.match((await start(master, 2)).request.prompt, /Ready\./);
});

test('the person’s words with a reply are marked, as news are', async t => {
  const { master, start, call, mailroom, states } = await makeMaster(t, { transcript: () => [] });
  const turn = await start(master);
  await call('send_message', { thread_id: master, text: 'Hurry.', when: 'now' });
  await waitFor('the message', () => states(master)?.[0] === 'message queued');
  assert.match((await mailroom.takeForReply(master, noStop)) ?? '', /^AgentDock: a message[\s\S]*\[msg-/);
  turn.end({ outcome: 'interrupted' });
  assert.match((await start(master, 2)).request.prompt, /Hurry\./);
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

test('a person’s message to a thread at rest is its prompt as it stands; several are one turn, in order', async t => {
  const { master, start, turnOf, call, state } = await makeMaster(t);
  const send = (text: string) => call('send_message', { thread_id: master, text });
  (await start(master)).end({ outcome: 'completed' });
  await waitFor('the master to rest', () => state(master) === 'idle');
  await send('/go on !now');
  const second = await start(master, 2);
  assert.equal(second.request.prompt, '/go on !now');
  await send('first');
  await send('second');
  second.end({ outcome: 'completed' });
  assert.match((await turnOf(master, 3)).request.prompt, /^AgentDock: 2 messages[\s\S]*first[\s\S]*second/);
});

test('a question waits for its answer, which comes to the agent, and meanwhile holds no slot', async t => {
  const { master, start, turnOf, child, call, store, state } = await makeMaster(t, {
    settings: { max_running: 1 },
  });
  const turn = await start(master);
  const worker = await child('one');
  const stop = new AbortController();
  const asked = turn.sink.question(
    { questions: [{ question: 'Which?', options: [], multiple: false }] },
    stop.signal,
  );
  await waitFor('the question', () => state(master) === 'waiting_input');
  await turnOf(worker);
  const [request] = store.get(master)?.requests ?? [];
  const reply = await call('answer_thread', {
    thread_id: master,
    request_id: request?.id,
    answers: ['the second'],
  });
  assert.ok(reply.ok);
  assert.deepEqual(await asked, { answers: ['the second'] });
  assert.equal(state(master), 'running');
});

test('a permission is given once or for the thread, or refused with the person’s reason', async t => {
  const { master, start, call, store } = await makeMaster(t);
  const turn = await start(master);
  const { signal } = new AbortController();
  const ask = (subject: string) =>
    turn.sink.permission({ tool: 'Bash', detail: subject, rule: { tool: 'Bash', subject } }, signal);
  const answer = async (args: object) => {
    const request = await waitFor('the request', () => store.get(master)?.requests[0]);
    await call('answer_thread', { thread_id: master, request_id: request.id, ...args });
  };
  const denied = ask('rm x');
  await answer({ decision: 'deny', reason: 'Keep x.' });
  assert.deepEqual(await denied, { allow: false, reason: 'Keep x.' });
  const allowed = ask('npm test');
  await answer({ decision: 'allow_thread' });
  assert.deepEqual(await allowed, { allow: true });
  assert.deepEqual(await ask('npm test'), { allow: true });
  const other = ask('npm publish');
  await answer({ decision: 'allow' });
  assert.deepEqual(await other, { allow: true });
});

test('a request that nobody needs any more is closed, and its answer is a conflict', async t => {
  const { master, start, call, store, state } = await makeMaster(t);
  const turn = await start(master);
  const stop = new AbortController();
  const asked = turn.sink.permission({ tool: 'Bash', detail: 'x' }, stop.signal);
  const request = await waitFor('the request', () => store.get(master)?.requests[0]);
  stop.abort();
  await assert.rejects(asked, { code: 'cancelled' });
  assert.equal(state(master), 'running');
  const late = await call('answer_thread', {
    thread_id: master,
    request_id: request.id,
    decision: 'allow',
  });
  assert.partialDeepStrictEqual(late, { ok: false, error: { code: 'conflict' } });
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
