import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ThreadId } from '../../src/contracts/ids.ts';
import type { Caller } from '../../src/tools/toolContext.ts';
import { waitFor } from '../support/waitFor.ts';
import { makeRunner, type RunnerOptions } from './runnerHarness.ts';

const noStop = new AbortController().signal;
const died = { code: 'upstream_unavailable', message: 'Died.', retryable: true } as const;
const asThread = (thread: ThreadId): Caller => ({ kind: 'agent', place: 'thread', thread, why: 'test' });

/** A host whose agents end each turn before they have read what it brings. */
async function makeHost(t: TestContext, options: RunnerOptions = {}) {
  const parts = await makeRunner(t, { settings: { max_running: 8 }, transcript: () => [], ...options });
  const { begun, store, call, spawn, runner } = parts;
  const turnOf = (thread: ThreadId, nth: number) =>
    waitFor(`turn ${nth} of ${thread}`, () => begun.filter(one => one.request.threadId === thread)[nth - 1]);
  const start = async (thread: ThreadId, nth: number) => {
    const turn = await turnOf(thread, nth);
    await turn.sink.sessionBound({ id: `session-${thread}` });
    await turn.sink.promptSending();
    await turn.sink.turnStarted();
    return turn;
  };
  const die = async (thread: ThreadId, nth: number) =>
    (await start(thread, nth)).end({ outcome: 'failed', error: died });
  /** A master in its first turn, and a worker of it at rest. */
  const makePair = async () => {
    const master = await spawn({ task_name: 'master', role: 'master' });
    await start(master, 1);
    const reply = await call(
      'spawn_thread',
      { task_name: 'one', provider: 'codex', prompt: 'work' },
      asThread(master),
    );
    assert.ok(reply.ok);
    runner.pump();
    const worker = (reply.result as { thread_id: ThreadId }).thread_id;
    (await start(worker, 1)).end({ outcome: 'completed', result: 'Ready.' });
    await waitFor('the worker to rest', () => store.get(worker)?.state === 'completed');
    return { master, worker };
  };
  const inbox = (thread: ThreadId) =>
    store.get(thread)?.inbox.map(({ kind, state }) => `${kind} ${state}`) ?? [];
  return { ...parts, start, die, makePair, inbox };
}
type Host = Awaited<ReturnType<typeof makeHost>>;

const key = 'once';
const sendTo = ({ call }: Host, thread_id: ThreadId, caller?: Caller, more: object = {}) =>
  call('send_message', { thread_id, text: 'Use tabs.', ...more }, caller);

test('a message that three turns failed over has failed, and its sender hears of it', async t => {
  const host = await makeHost(t);
  const { store, begun, die, makePair, inbox, mailroom, call } = host;
  const { master, worker } = await makePair();
  await sendTo(host, worker, asThread(master), { idempotency_key: key });
  for (const nth of [2, 3, 4]) await die(worker, nth);
  await waitFor('the verdict', () => inbox(worker)[0] === 'message failed');
  const [message] = store.get(worker)?.inbox ?? [];
  assert.match(message?.reason ?? '', /^3 turns that were to bring it failed, the last one with: Died\. /);

  // The sender is told in the same line of the journal, with what to do.
  assert.deepEqual(
    inbox(master).filter(one => one.startsWith('undelivered')),
    ['undelivered queued'],
  );
  const told = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(told, /What you sent to the thread \S+ \("one"\) did not arrive:\n```text\n/);
  assert.ok(told.includes(`${message?.id}: Use tabs.`), told);
  assert.match(told, /send it again with send_message/);

  // It stays so, whatever the thread does next; a repeat of the call says it.
  const repeat = await sendTo(host, worker, asThread(master), { idempotency_key: key });
  assert.partialDeepStrictEqual(repeat, {
    ok: true,
    result: { message_id: message?.id, state: 'failed', repeated: true, reason: message?.reason },
  });
  const shown = await call('get_thread', { thread_id: worker });
  assert.partialDeepStrictEqual(shown, {
    ok: true,
    result: { thread: { queued_messages: 0, messages: [{ state: 'failed', reason: message?.reason }] } },
  });
  await call('resume_thread', { thread_id: worker, additional_prompt: 'Go on.' });
  host.runner.pump();
  (await host.start(worker, 5)).end({ outcome: 'completed' });
  await waitFor('the worker to rest', () => store.get(worker)?.state === 'completed');
  mailroom.sweep();
  await waitFor('the mailroom to rest', () => !mailroom.isBusy());
  assert.equal(begun.filter(({ request }) => request.threadId === worker).length, 5);
  assert.deepEqual(inbox(worker), ['message failed']);

  // The same words, sent again, are another message.
  await sendTo(host, worker, asThread(master));
  assert.match((await host.start(worker, 6)).request.prompt, /Use tabs\./);
});

test('the person’s message fails for the person alone', async t => {
  const host = await makeHost(t);
  const { store, die, makePair, inbox } = host;
  const { master, worker } = await makePair();
  await sendTo(host, worker);
  for (const nth of [2, 3, 4]) await die(worker, nth);
  await waitFor('the verdict', () => inbox(worker)[0] === 'message failed');
  assert.ok(!inbox(master).some(one => one.startsWith('undelivered')), inbox(master).join());
  const { events } = await store.history.read(worker, { after: 0 });
  assert.equal(events.filter(({ type, to }) => type === 'messages.moved' && to === 'failed').length, 1);
});

test('a message that has failed stays so over a restart of the host, and its sender is told once', async t => {
  const first = await makeHost(t);
  const { master, worker } = await first.makePair();
  await sendTo(first, worker, asThread(master));
  for (const nth of [2, 3, 4]) await first.die(worker, nth);
  await waitFor('the verdict', () => first.inbox(worker)[0] === 'message failed');
  const before = first.store.get(worker)?.inbox;
  await first.close();
  await first.store.close();

  const next = await makeHost(t, { earlier: first.folder });
  next.mailroom.sweep();
  await next.die(master, 1);
  await waitFor('the mailroom to rest', () => !next.mailroom.isBusy());
  assert.deepEqual(next.store.get(worker)?.inbox, before);
  assert.equal(next.inbox(master).filter(one => one.startsWith('undelivered')).length, 1);
  assert.deepEqual(
    next.begun.filter(({ request }) => request.threadId === worker),
    [],
  );
});

test('a host that was killed before it gave a message up leaves that to the next one', async t => {
  const first = await makeHost(t);
  const { master, worker } = await first.makePair();
  await first.close();
  const message = { id: 'msg-aaaaaaaaaa', kind: 'message', origin: 'agent', when: 'turn_end' } as const;
  const text = { text: 'Use tabs.' };
  const commit = (change: Parameters<typeof first.store.commit>[0][number]['change']) =>
    first.store.commit([{ thread: worker, change }]);
  await commit({ type: 'message.queued', message: { ...message, text, from: master } });
  for (const turn_id of ['t2', 't3', 't4']) {
    const bringing = { turn_id, brings: [message.id], prompt: text, message_id: 'm' };
    await commit({ type: 'turn.queued', origin: 'host', ...bringing });
    await commit({ type: 'turn.preparing', turn_id });
    await commit({ type: 'prompt.sending', turn_id });
    await commit({ type: 'turn.ended', turn_id, outcome: 'failed', error: died, source: 'provider' });
    await commit({ type: 'messages.moved', message_ids: [message.id], to: 'queued' });
  }
  await first.store.close();

  const next = await makeHost(t, { earlier: first.folder });
  assert.deepEqual(next.inbox(worker), ['message queued']);
  next.mailroom.sweep();
  await waitFor('the verdict', () => next.inbox(worker)[0] === 'message failed');
  assert.ok(next.inbox(master).some(one => one.startsWith('undelivered')));
});

const long = (word: string) => `${word} ${'x'.repeat(100_000)}`;
const loseTexts = async ({ folder }: Host) => {
  const blobs = join(folder.state, 'blobs');
  for (const name of await readdir(blobs)) await rm(join(blobs, name));
};

test('a message whose text is lost has failed, and holds up none behind it', async t => {
  const host = await makeHost(t, { steer: () => undefined });
  const { store, begun, makePair, inbox, runner, call, mailroom } = host;
  const { master, worker } = await makePair();
  await call('resume_thread', { thread_id: worker, additional_prompt: 'Go on.' });
  runner.pump();
  const turn = await host.start(worker, 2);
  await sendTo(host, worker, asThread(master), { text: long('First') });
  await sendTo(host, worker, undefined, { text: 'Second.' });
  await waitFor('both to wait', () => inbox(worker).length === 2);
  await loseTexts(host);
  turn.end({ outcome: 'completed' });
  assert.equal((await host.start(worker, 3)).request.prompt, 'Second.');
  assert.deepEqual(inbox(worker), ['message failed', 'message delivered']);
  assert.match(store.get(worker)?.inbox[0]?.reason ?? '', /^Its text is lost: .*is not there any more\. /);
  assert.match(
    (await mailroom.takeForReply(master, noStop)) ?? '',
    /msg-\w{10}: First x+…\nIts text is lost/,
  );

  await sendTo(host, worker, undefined, { text: long('Third'), when: 'now' });
  await waitFor('it to go', () => begun.at(-1)?.steered.length === 1);
});

test('news whose text is lost bring what is left of it', async t => {
  const host = await makeHost(t);
  const { makePair, mailroom, runner, call, store, inbox } = host;
  const { master, worker } = await makePair();
  await call('resume_thread', { thread_id: worker, additional_prompt: 'Go on.' });
  runner.pump();
  (await host.start(worker, 2)).end({ outcome: 'completed', result: long('Built it.') });
  await waitFor('the news', () => inbox(master).length === 2);
  await loseTexts(host);
  const told = (await mailroom.takeForReply(master, noStop)) ?? '';
  assert.match(told, /Built it\. x+… \(the rest of this text is lost\)\n/);
  assert.equal(
    store.get(master)?.inbox.every(({ state }) => state === 'sending'),
    true,
  );
});
