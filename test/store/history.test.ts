import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HistoryEvent } from '../../src/contracts/agentEvent.ts';
import type { JournalEvent } from '../../src/contracts/journalEvent.ts';
import { openBlobs } from '../../src/store/blobs.ts';
import type { Damage } from '../../src/store/damage.ts';
import { History, type HistoryOptions } from '../../src/store/history.ts';
import { SeqCounter } from '../../src/store/seqCounter.ts';
import { waitFor } from '../support/waitFor.ts';
import { created, queued, threadId } from './changes.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const one = threadId(1);

async function makeHistoryHarness(t: TestContext) {
  const opened: History[] = [];
  t.after(async () => {
    for (const history of opened) await history.close();
  });
  const state = await temporaryFolder(t);
  const dir = join(state, 'history');
  await mkdir(dir);
  await mkdir(join(state, 'blobs'));
  const blobs = openBlobs(state);
  const damage: Damage[] = [];
  return {
    dir,
    blobs,
    damage,
    file: join(dir, `${one}.jsonl`),
    open: (options: Partial<HistoryOptions> = {}) => {
      const seqs = new SeqCounter(thread => history.lastSeqOnDisk(thread));
      const history: History = new History({
        dir,
        blobs,
        nextSeq: thread => seqs.next(thread),
        report: one => damage.push(one),
        mayWrite: async () => true,
        ...options,
      });
      opened.push(history);
      return { history, nextSeq: () => seqs.next(one) };
    },
  };
}

function text(value: string) {
  return { type: 'text', item: 'a', text: value } as const;
}

function journalled(seq: number, turn = 't1'): JournalEvent {
  const at = new Date().toISOString();
  return { v: 1, epoch: 1, gseq: seq, seq, thread: one, at, ...queued(turn) };
}

const seqsOf = (events: readonly HistoryEvent[]) => events.map(event => event.seq);

test('an event has its number at once and is in the file soon', async t => {
  const { open, file } = await makeHistoryHarness(t);
  const { history } = open();
  const event = history.append(one, 't1', text('hello'));
  assert.deepEqual(
    { ...event, at: '' },
    { seq: 1, at: '', turn_id: 't1', type: 'text', item: 'a', text: 'hello' },
  );
  await waitFor('the line', () => readFile(file, 'utf8').catch(() => ''));
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), event);
});

test('numbers go on after opening again', async t => {
  const { open } = await makeHistoryHarness(t);
  const first = open().history;
  first.append(one, 't1', text('a'));
  first.append(one, 't1', text('b'));
  await first.close();
  const { history } = open();
  assert.equal(await history.lastSeq(one), 2);
  assert.equal(history.append(one, 't1', text('c')).seq, 3);
  assert.deepEqual(seqsOf((await history.read(one)).events), [1, 2, 3]);
});

test('an event waits for the change of state before it, and for nothing when that is refused', async t => {
  const { open } = await makeHistoryHarness(t);
  const { history, nextSeq } = open();
  const told: number[] = [];
  history.onEvent((_, event) => told.push(event.seq));
  const first = nextSeq();
  history.hold(one, first);
  const second = nextSeq();
  history.hold(one, second);
  history.append(one, 't1', text('after'));
  assert.deepEqual(told, []);
  history.copy(journalled(first));
  assert.deepEqual(told, [first]);
  history.release(one, second);
  assert.deepEqual(told, [1, 3]);
  assert.deepEqual(seqsOf((await history.read(one)).events), [1, 3]);
});

test('a copy of a change of state keeps its number and its facts', async t => {
  const { open } = await makeHistoryHarness(t);
  const { history } = open();
  history.copy(journalled(1));
  const [copy] = (await history.read(one)).events;
  const { at, ...rest } = copy ?? {};
  assert.deepEqual(rest, { seq: 1, gseq: 1, ...queued('t1') });
  assert.ok(at);
});

test('a transcript is read by pages, whatever their size, from any number', async t => {
  const { open } = await makeHistoryHarness(t);
  const { history } = open();
  for (let at = 0; at < 500; at += 1) history.append(one, 't1', text('x'.repeat(at * 7)));
  await history.close();
  const reader = open().history;
  for (const options of [{ limit: 7 }, { maxBytes: 10_000 }, { limit: 1000, maxBytes: 1 }, {}]) {
    const found: number[] = [];
    for (let after = 0; ; ) {
      const page = await reader.read(one, { ...options, after });
      found.push(...seqsOf(page.events));
      if (!page.more) break;
      assert.equal(page.next, found.at(-1));
      after = page.next ?? 0;
    }
    assert.deepEqual(
      found,
      Array.from({ length: 500 }, (_, at) => at + 1),
    );
  }
  assert.deepEqual(seqsOf((await reader.read(one, { after: 498 })).events), [499, 500]);
  assert.deepEqual(await reader.read(one, { after: 500 }), { events: [], more: false });
});

test('a page that is read while the thread goes on holds what was appended before', async t => {
  const { open } = await makeHistoryHarness(t);
  const { history } = open();
  for (let at = 1; at <= 200; at += 1) {
    history.append(one, 't1', text('x'));
    if (at % 20 === 0) assert.equal((await history.read(one, { after: at - 1 })).events.length, 1);
  }
});

test('a thread nobody wrote about has an empty history', async t => {
  const { open } = await makeHistoryHarness(t);
  assert.deepEqual(await open().history.read(threadId(9)), { events: [], more: false });
});

test('an id that is a path never becomes one', async t => {
  const { open } = await makeHistoryHarness(t);
  for (const id of ['../../etc/passwd', 'thread-../../x', 'thread-a/b', 'thread-\0abc', '']) {
    await assert.rejects(open().history.read(id), { code: 'invalid_arguments' });
    assert.throws(() => open().history.append(id, undefined, text('x')), { code: 'invalid_arguments' });
  }
});

test('a link in place of a history is neither read nor written', async t => {
  const { open, dir, file, damage } = await makeHistoryHarness(t);
  const target = join(dir, 'elsewhere');
  await writeFile(target, '{"seq":5,"at":"2026-01-01T00:00:00.000Z","type":"text"}\n');
  await symlink(target, file);
  const { history } = open();
  history.append(one, 't1', text('mine'));
  await history.flush();
  assert.match(await readFile(target, 'utf8'), /^\{"seq":5.*\n$/);
  assert.equal(damage.length, 1);
});

test('a corrupt line is skipped, kept and reported once', async t => {
  const { open, file, damage } = await makeHistoryHarness(t);
  const first = open().history;
  first.append(one, 't1', text('a'));
  await first.flush();
  await appendFile(
    file,
    '{"seq":2,"at":"20\nnot json\n{"seq":1e99,"at":"2026-01-01T00:00:00.000Z","type":"x"}\n',
  );
  const { history } = open();
  history.append(one, 't1', text('b'));
  assert.deepEqual(seqsOf((await history.read(one)).events), [1, 2]);
  await history.read(one);
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['corrupt'],
  );
  assert.match(await readFile(file, 'utf8'), /not json/);
});

test('a torn end is ended by the next write and harms no later line', async t => {
  const { open, file } = await makeHistoryHarness(t);
  const first = open().history;
  first.append(one, 't1', text('a'));
  await first.close();
  await appendFile(file, '{"seq":2,"at":"2026-');
  const { history } = open();
  history.append(one, 't1', text('b'));
  await history.close();
  const page = await open().history.read(one);
  assert.deepEqual(seqsOf(page.events), [1, 2]);
});

test('changes of state that the history lacks at its end come from the journal', async t => {
  const { open } = await makeHistoryHarness(t);
  const first = open().history;
  first.append(one, 't1', text('a'));
  await first.close();
  const asked: number[] = [];
  const { history } = open({
    missingAfter: async (_, lastSeq) => {
      asked.push(lastSeq);
      return [journalled(1), journalled(2), journalled(4)];
    },
  });
  assert.deepEqual(seqsOf((await history.read(one)).events), [1, 2, 4]);
  assert.deepEqual(seqsOf((await history.read(one)).events), [1, 2, 4]);
  assert.deepEqual(asked, [1]);
});

test('a change of state that was in a corrupt line is put back in its place', async t => {
  const { open, file } = await makeHistoryHarness(t);
  const first = open().history;
  first.copy(journalled(1));
  first.copy(journalled(2, 't2'));
  await first.flush();
  await appendFile(file, '{"seq":3,"at":"2026-01-01T00:00:00.000Z","type":"text"}\n');
  const lines = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, lines.with(1, '\0'.repeat(50)).join('\n'));
  const { history } = open({ stateEvents: async () => [journalled(1), journalled(2, 't2')] });
  const page = await history.read(one);
  assert.deepEqual(
    page.events.map(event => [event.seq, event.type]),
    [
      [1, 'turn.queued'],
      [2, 'turn.queued'],
      [3, 'text'],
    ],
  );
  assert.match(await readFile(file, 'utf8'), /\0{50}/);
});

test('texts too long for a line go to a side file', async t => {
  const { open, blobs, file } = await makeHistoryHarness(t);
  const { history } = open();
  const long = 'ü'.repeat(70_000);
  const event = history.append(one, 't1', {
    type: 'tool.ended',
    item: 'a',
    status: 'completed',
    output: { text: long },
  });
  assert.ok(event.type === 'tool.ended');
  await history.flush();
  await blobs.flush();
  const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(JSON.stringify(kept).length < 2000);
  const output = (kept as { output: { file: string; length: number; head: string } }).output;
  assert.equal(output.length, 70_000);
  assert.equal(await blobs.getText(output), long);
  assert.equal(await openBlobs(join(file, '..', '..')).getText(output), long);
});

test('what the disk does not take is kept, readable, and written when it takes it again', async t => {
  const { open, dir, file, damage } = await makeHistoryHarness(t);
  const { history } = open();
  await rm(dirname(dir), { recursive: true });
  history.append(one, 't1', text('a'));
  history.append(one, 't1', text('b'));
  await history.flush();
  assert.equal(damage.length, 1);
  assert.deepEqual(seqsOf((await history.read(one)).events), [1, 2]);
  await mkdir(dirname(dir));
  await waitFor('the lines', () => readFile(file, 'utf8').catch(() => ''));
  assert.equal((await readFile(file, 'utf8')).split('\n').length, 3);
});

test('Unicode of every kind comes back as it went in', async t => {
  const { open } = await makeHistoryHarness(t);
  const values = ['\u2028\u2029', '\0\u0001\u001b[31m', '👩‍👩‍👧', '\ud800 half', 'a\r\nb\n', '\ufeff', '"\\'];
  const first = open().history;
  for (const value of values) first.append(one, 't1', text(value));
  await first.close();
  const { events } = await open().history.read(one);
  assert.deepEqual(
    events.map(event => event['text']),
    values,
  );
});

test('the creation of a thread is part of its history', async t => {
  const { open } = await makeHistoryHarness(t);
  const { history } = open();
  history.copy({ v: 1, epoch: 1, gseq: 1, seq: 1, thread: one, at: new Date().toISOString(), ...created });
  assert.equal((await history.read(one)).events[0]?.type, 'thread.created');
});

test('a page that is read while events are written leaves none of them out', async t => {
  const { open } = await makeHistoryHarness(t);
  const { history } = open();
  // Long enough that much is written while it is read.
  for (let index = 0; index < 10_000; index += 1) history.append(one, 't', text('before '.repeat(300)));
  await history.flush();
  let isRead = false;
  const reading = history.read(one, { after: 0, limit: 1_000_000, maxBytes: 1_000_000_000 }).finally(() => {
    isRead = true;
  });
  while (!isRead) {
    history.append(one, 't', text('in the file when the page is there'));
    await history.flush();
    history.append(one, 't', text('on its way'));
    for (let turn = 0; turn < 20 && !isRead; turn += 1) await nextTurn();
  }
  const seqs = seqsOf((await reading).events);
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 1),
  );
});
