import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { DockError } from '../../src/contracts/errors.ts';
import type { JournalEvent } from '../../src/contracts/journalEvent.ts';
import { encodeLine } from '../../src/store/journalLine.ts';
import { created, of, queued, threadId } from './changes.ts';
import { collect, countingOps, key, makeJournalHarness } from './journalHarness.ts';

const one = threadId(1);
const two = threadId(2);

test('what was appended is there after opening again, in order', async t => {
  const { open } = await makeJournalHarness(t);
  const first = await open();
  const events = [
    ...(await first.journal.append(of(one, created, queued('t1')))),
    ...(await first.journal.append(of(two, created))),
  ];
  await first.journal.close();
  const second = await open();
  assert.deepEqual(second.events, events);
  assert.deepEqual(second.damage, []);
});

test('numbers rise over all threads, and each thread counts its own', async t => {
  const { open } = await makeJournalHarness(t);
  const { journal } = await open();
  const events = [
    ...(await journal.append([...of(one, created), ...of(two, created)])),
    ...(await journal.append(of(one, queued('t1')))),
  ];
  assert.deepEqual(
    events.map(event => [event.thread, event.seq]),
    [
      [one, 1],
      [two, 1],
      [one, 2],
    ],
  );
  assert.deepEqual(
    events.map(event => event.gseq),
    [2, 3, 4],
  );
  assert.equal(journal.lastGseq, 4);
});

test('the epoch rises with each open', async t => {
  const { open } = await makeJournalHarness(t);
  const epochs: number[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { journal } = await open();
    epochs.push(journal.epoch);
    await journal.close();
  }
  const [first = 0, second = 0, third = 0] = epochs;
  assert.ok(first < second && second < third, epochs.join());
});

test('changes that hold together are one line', async t => {
  const { open, lines } = await makeJournalHarness(t);
  const { journal } = await open();
  const before = (await lines()).length;
  await journal.append([...of(one, created, queued('t1')), ...of(two, created)]);
  assert.equal((await lines()).length, before + 1);
});

test('appends of one moment share one write and one fsync', async t => {
  const { open } = await makeJournalHarness(t);
  const counter = countingOps();
  const { journal, durable } = await open({ ops: counter.ops });
  counter.syncs = 0;
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, at) => journal.append(of(threadId(at), created))),
  );
  assert.equal(counter.syncs, 1);
  assert.deepEqual(durable, results.flat());
});

test('an append resolves only after the fsync, and appends meanwhile share the next one', async t => {
  const { open } = await makeJournalHarness(t);
  const gate = Promise.withResolvers<void>();
  let syncs = 0;
  const { ops } = countingOps();
  const slow = {
    ...ops,
    datasync: async (fd: number) => {
      syncs += 1;
      if (syncs === 2) await gate.promise;
      await ops.datasync(fd);
    },
  };
  const { journal, durable } = await open({ ops: slow });
  const first = journal.append(of(one, created));
  await new Promise(resolve => setImmediate(resolve));
  const others = Promise.all([journal.append(of(one, queued('t1'))), journal.append(of(one, queued('t2')))]);
  assert.equal(await Promise.race([first, Promise.resolve('open')]), 'open');
  assert.deepEqual(durable, []);
  assert.equal(journal.lastGseq, 1);
  gate.resolve();
  await first;
  await others;
  assert.equal(syncs, 3);
  assert.equal(durable.length, 3);
});

test('a change that would not parse at the next start is refused', async t => {
  const { open } = await makeJournalHarness(t);
  const { journal } = await open();
  const wrong = { ...created, depth: 1.5 };
  await assert.rejects(journal.append(of(one, wrong)), { code: 'invalid_arguments' });
  await journal.append(of(one, created));
});

test('a full segment is followed by the next, and reading starts in the right one', async t => {
  const { open, names } = await makeJournalHarness(t);
  const { journal } = await open({ segmentBytes: 2000 });
  const events: JournalEvent[] = [];
  for (let at = 0; at < 40; at += 1) events.push(...(await journal.append(of(threadId(at), created))));
  assert.ok((await names()).length > 4, (await names()).join());
  for (const from of [0, 1, 7, 20, 40, 41]) {
    const expected = events.filter(event => event.gseq > from);
    assert.deepEqual(await collect(journal.readFrom(from)), expected);
  }
  await journal.close();
  const again = await open({ segmentBytes: 2000 });
  assert.deepEqual(again.events, events);
  assert.deepEqual(again.damage, []);
});

test('from a known position only what follows is read', async t => {
  const { open } = await makeJournalHarness(t);
  const first = await open({ segmentBytes: 1000 });
  for (let at = 0; at < 10; at += 1) await first.journal.append(of(threadId(at), created));
  const from = first.journal.position();
  const later = await first.journal.append(of(one, queued('t1')));
  await first.journal.close();
  const second = await open({ from });
  assert.deepEqual(second.events, later);
  assert.deepEqual(second.damage, []);
  assert.ok(second.journal.lastGseq > (later[0]?.gseq ?? 0));
});

test('a position that does not fit means reading from the start', async t => {
  const { open } = await makeJournalHarness(t);
  const first = await open();
  const events = await first.journal.append(of(one, created));
  const from = { ...first.journal.position(), mac: 'A'.repeat(43) };
  await first.journal.close();
  assert.deepEqual((await open({ from })).events, events);
});

test('an event of an unknown type is kept and given on', async t => {
  const { open, lines, writeLines } = await makeJournalHarness(t);
  const { journal } = await open();
  await journal.append(of(one, created));
  const position = journal.position();
  await journal.close();
  const value = {
    v: 1,
    epoch: 1,
    gseq: 50,
    thread: one,
    seq: 9,
    at: new Date().toISOString(),
    type: 'thread.starred',
  };
  const strange = encodeLine(key, position.journal, position.mac, { ...value, stars: 5 });
  await writeLines([...(await lines()), strange.text.trimEnd()]);
  const { events, damage } = await open();
  assert.deepEqual(damage, []);
  assert.deepEqual(events.at(-1), { ...value, stars: 5 });
});

test('a line of a newer version opens the journal for reading only', async t => {
  const { open, lines, writeLines, file } = await makeJournalHarness(t);
  const { journal } = await open();
  const known = await journal.append(of(one, created));
  const position = journal.position();
  await journal.close();
  const value = { v: 2, epoch: 1, gseq: 50, at: new Date().toISOString(), type: 'thread.split', of: one };
  const newer = encodeLine(key, position.journal, position.mac, value);
  await writeLines([...(await lines()), newer.text.trimEnd()]);
  const before = await stat(file());
  const again = await open();
  assert.deepEqual(again.events.slice(0, 1), known);
  assert.equal(again.journal.readOnly?.code, 'version_mismatch');
  await assert.rejects(again.journal.append(of(one, queued('t1'))), { code: 'version_mismatch' });
  assert.equal((await stat(file())).mtimeMs, before.mtimeMs);
});

test('a closed journal takes nothing more, and what was appended before is on disk', async t => {
  const { open } = await makeJournalHarness(t);
  const { journal } = await open();
  const appended = journal.append(of(one, created));
  const closed = journal.close();
  await assert.rejects(journal.append(of(one, queued('t1'))), (error: unknown) => error instanceof DockError);
  await closed;
  await journal.close();
  assert.deepEqual((await open()).events, await appended);
});
