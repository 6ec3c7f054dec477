import assert from 'node:assert/strict';
import { chownSync, readdirSync } from 'node:fs';
import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { JournalEvent } from '../../src/contracts/journalEvent.ts';
import { created, of, queued, threadId } from './changes.ts';
import { collect, makeJournalHarness } from './journalHarness.ts';

const one = threadId(1);

/** A closed journal of three events: creation, first turn, second turn. */
async function makeFilledJournal(t: TestContext, segmentBytes?: number) {
  const harness = await makeJournalHarness(t);
  const { journal } = await harness.open(segmentBytes === undefined ? {} : { segmentBytes });
  const events: JournalEvent[] = [];
  for (const change of [created, queued('t1'), queued('t2')]) {
    events.push(...(await journal.append(of(one, change))));
  }
  const position = journal.position();
  await journal.close();
  return { ...harness, events, position, segments: position.segment };
}

for (const [what, tail] of [
  ['an unfinished line', Buffer.from('{"v":1,"epoch":1,"gseq":77,"at":"2026')],
  ['a tail of NULs', Buffer.alloc(4096)],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x80])],
] as const) {
  test(`${what} is cut off and kept aside, and its numbers are not given again`, async t => {
    const { dir, open, file, events } = await makeFilledJournal(t);
    await appendFile(file(), tail);
    const { journal, events: found, damage } = await open();
    assert.deepEqual(found, events);
    assert.deepEqual(
      damage.map(({ kind }) => kind),
      ['torn'],
    );
    const keptAs = damage[0]?.keptAs;
    assert.ok(keptAs);
    assert.deepEqual(await readFile(join(dir, keptAs.replace('journal/', ''))), tail);
    const [next] = await journal.append(of(one, queued('t3')));
    assert.ok((next?.gseq ?? 0) > 1000);
    await journal.close();
    const again = await open();
    assert.deepEqual(again.events, [...events, next]);
    assert.deepEqual(again.damage, []);
  });
}

test('numbers of a torn end stay unused also when nothing was appended before the next open', async t => {
  const { open, file, events } = await makeFilledJournal(t);
  await appendFile(file(), '{"v":1,"ep');
  const first = (await open()).journal;
  const reached = first.lastGseq;
  await first.close();
  const { journal } = await open();
  assert.ok(journal.lastGseq > reached);
  assert.ok(reached > (events.at(-1)?.gseq ?? 0) + 1000);
});

test('a bad line followed by good ones is skipped, kept and reported', async t => {
  const { open, lines, writeLines, events } = await makeFilledJournal(t);
  const all = await lines();
  const at = all.findIndex(line => line.includes('"t1"'));
  const broken = all.with(at, all[at]?.slice(0, 40) ?? '');
  await writeLines(broken);
  const { journal, events: found, damage } = await open();
  assert.deepEqual(found, [events[0], events[2]]);
  assert.deepEqual(
    damage.map(({ kind, line }) => [kind, line]),
    [['corrupt', at + 1]],
  );
  await journal.append(of(one, queued('t3')));
  assert.deepEqual((await lines()).slice(0, broken.length), broken);
});

test('a forged line is foreign: shown, kept, never applied', async t => {
  const { open, lines, writeLines, events } = await makeFilledJournal(t);
  const forged = JSON.stringify({ ...events[2], gseq: 90, seq: 90, turn_id: 'forged' });
  const stolen = (await lines()).at(-1)?.replace('"t2"', '"forged"') ?? '';
  await writeLines([...(await lines()), forged, stolen]);
  const { journal, events: found, damage } = await open();
  assert.deepEqual(found, events);
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['foreign', 'foreign'],
  );
  const next = await journal.append(of(one, queued('t3')));
  await journal.close();
  assert.deepEqual((await open()).events, [...events, ...next]);
  assert.ok((await lines()).includes(forged));
});

test('the journal of another user is foreign as a whole', async t => {
  const { open } = await makeFilledJournal(t);
  const { journal, events, damage } = await open({ key: Buffer.alloc(32, 8) });
  assert.deepEqual(events, []);
  assert.ok(damage.length > 0 && damage.every(({ kind }) => kind === 'foreign'));
  const own = await journal.append(of(one, created));
  await journal.close();
  assert.deepEqual((await open({ key: Buffer.alloc(32, 8) })).events, own);
});

test("a line of this user's journal in another folder is foreign here", async t => {
  const here = await makeFilledJournal(t);
  const there = await makeFilledJournal(t);
  await here.writeLines([...(await here.lines()), ...(await there.lines())]);
  const { events, damage } = await here.open();
  assert.deepEqual(events, here.events);
  assert.ok(damage.every(({ kind }) => kind === 'foreign'));
});

test('a line that is there a second time is not applied again', async t => {
  const { open, lines, writeLines, events } = await makeFilledJournal(t);
  const all = await lines();
  const again = all.find(line => line.includes('"t1"')) ?? '';
  await writeLines([...all, again]);
  const { journal, events: found, damage } = await open();
  assert.deepEqual(found, events);
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['repeated'],
  );
  await journal.append(of(one, queued('t3')));
  await journal.close();
  assert.deepEqual(
    (await open()).damage.map(({ kind }) => kind),
    ['repeated'],
  );
});

test('a line that was taken out shows as a gap', async t => {
  const { open, lines, writeLines, events } = await makeFilledJournal(t);
  await writeLines((await lines()).filter(line => !line.includes('"t1"')));
  const { events: found, damage } = await open();
  assert.deepEqual(found, [events[0], events[2]]);
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['gap'],
  );
});

test('a segment that is gone shows as a gap, and the others count', async t => {
  const { open, file, events } = await makeFilledJournal(t, 300);
  await rm(file(2));
  const { events: found, damage } = await open();
  assert.ok(found.length > 0 && found.length < events.length);
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['gap'],
  );
});

test('a link in place of a segment is not followed', async t => {
  const { open, file, events, dir } = await makeFilledJournal(t);
  const target = join(dir, 'elsewhere');
  await writeFile(target, 'secret\n');
  await symlink(target, file(2));
  const { journal, events: found, damage } = await open();
  assert.deepEqual(found, events);
  assert.equal(damage.length, 1);
  await journal.append(of(one, queued('t3')));
  assert.equal(await readFile(target, 'utf8'), 'secret\n');
});

for (const [what, put] of [
  ['a file of somebody else', (path: string) => writeFile(path, 'theirs\n')],
  ['an empty file', (path: string) => writeFile(path, '')],
  ['a folder', (path: string) => mkdir(path)],
  ['a link', (path: string) => symlink('elsewhere', path)],
] as const) {
  for (const when of ['before the journal is opened', 'while it is open'] as const) {
    test(`${what} in the place of the next segment, there ${when}, stays as it is`, async t => {
      const { open, file, names, events, position } = await makeFilledJournal(t);
      const inPlace = async () => {
        const found = await lstat(file(2));
        return [found.ino, found.size, found.isFile(), found.isDirectory(), found.isSymbolicLink()];
      };
      if (when === 'before the journal is opened') await put(file(2));
      // The mark of the open still has room, the next line not.
      const { journal } = await open({ segmentBytes: position.offset + 1 });
      if (when === 'while it is open') await put(file(2));
      const before = await inPlace();
      const next = await journal.append(of(one, queued('t3')));
      assert.deepEqual(await inPlace(), before);
      assert.deepEqual(await collect(journal.readFrom(0)), [...events, ...next]);
      await journal.close();
      assert.deepEqual(await names(), ['1.jsonl', '2.jsonl', '3.jsonl']);
      assert.deepEqual((await open()).events, [...events, ...next]);
    });
  }
}

test('numbers that were in a segment with something else in its place now are not given again', async t => {
  const { open, file, position, segments } = await makeFilledJournal(t, 300);
  await rm(file(segments));
  await mkdir(file(segments));
  const { journal } = await open();
  const [next] = await journal.append(of(one, queued('t3')));
  assert.ok((next?.gseq ?? 0) > position.gseq + 1000);
});

test('a segment that cannot be read keeps the journal from being written, until it can be', {
  skip: process.platform === 'win32' ? 'permissions of files are not for Windows' : false,
}, async t => {
  const { dir, open, file, events, names, segments } = await makeFilledJournal(t, 300);
  const files = await names();
  await chmod(file(segments), 0);
  const become = beNobody(t, dir);
  const { journal, damage } = await open({ segmentBytes: 300 });
  assert.equal(journal.readOnly?.code, 'storage_unavailable');
  assert.match(journal.readOnly?.hint ?? '', /start the host again/);
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['corrupt'],
  );
  await assert.rejects(journal.append(of(one, queued('t3'))), { code: 'storage_unavailable' });
  await journal.close();
  become();
  assert.deepEqual(await names(), files);
  await chmod(file(segments), 0o600);
  const again = await open({ segmentBytes: 300 });
  assert.deepEqual(again.events, events);
  assert.deepEqual(again.damage, []);
  assert.equal(again.journal.readOnly, undefined);
});

/** Permissions hold nothing back from root: goes on as a user they count for. The way back is what it gives. */
function beNobody(t: TestContext, dir: string): () => void {
  if (process.getuid?.() !== 0) return () => undefined;
  const nobody = 65_534;
  chownSync(dir, nobody, nobody);
  for (const name of readdirSync(dir)) chownSync(join(dir, name), nobody, nobody);
  const back = () => process.seteuid?.(0);
  t.after(back);
  process.seteuid?.(nobody);
  return back;
}

test('bytes that somebody puts behind a living journal are kept aside and harm nothing', async t => {
  const { open, file, events, dir } = await makeFilledJournal(t);
  const { journal, damage } = await open();
  await appendFile(file(), 'not ours, and no newline');
  const next = await journal.append(of(one, queued('t3')));
  assert.deepEqual(
    damage.map(({ kind }) => kind),
    ['foreign'],
  );
  const aside = join(dir, damage[0]?.keptAs?.replace('journal/', '') ?? '');
  assert.equal(await readFile(aside, 'utf8'), 'not ours, and no newline');
  await journal.close();
  const again = await open();
  assert.deepEqual(again.events, [...events, ...next]);
  assert.deepEqual(again.damage, []);
});

test('an empty or headless segment is no obstacle', async t => {
  const { open, file, events } = await makeFilledJournal(t);
  await writeFile(file(2), '');
  const { journal, events: found } = await open();
  assert.deepEqual(found, events);
  const next = await journal.append(of(one, queued('t3')));
  await journal.close();
  assert.deepEqual((await open()).events, [...events, ...next]);
});

test('cut anywhere, the journal gives every whole line before the cut and goes on', async t => {
  const { open, file, lines, events } = await makeFilledJournal(t);
  const whole = await readFile(file());
  const ends = (await lines()).map((_, at, all) => Buffer.byteLength(`${all.slice(0, at + 1).join('\n')}\n`));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async length => {
      await writeFile(file(), whole);
      await truncate(file(), length);
      const { journal, events: found } = await open();
      // The segment's head and the mark of the open come before the events.
      const complete = ends.filter(end => end <= length).length;
      assert.deepEqual(found, events.slice(0, Math.max(0, complete - 2)));
      const next = await journal.append(of(one, queued('next')));
      await journal.close();
      const again = await open();
      assert.deepEqual(again.events, [...found, ...next]);
      await again.journal.close();
      await rm(file(2), { force: true });
    }),
    { numRuns: 60 },
  );
});

test('with any byte changed, only the line it is in is lost', async t => {
  const { open, file, events, lines } = await makeFilledJournal(t);
  const whole = await readFile(file());
  const text = await lines();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: whole.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (at, flip) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ flip;
        await writeFile(file(), changed);
        const { journal, events: found, damage } = await open();
        const hit = lineAt(text, at);
        // A newline that is lost joins two lines.
        const isNewline = whole[at] === 0x0a;
        const expected = events.filter((_, index) => {
          const line = index + 2;
          return line !== hit && !(isNewline && line === hit + 1);
        });
        assert.deepEqual(found, expected);
        assert.ok(damage.length > 0);
        const next = await journal.append(of(one, queued('next')));
        await journal.close();
        const again = await open();
        assert.deepEqual(again.events, [...found, ...next]);
        await again.journal.close();
        await rm(file(2), { force: true });
      },
    ),
    { numRuns: 100 },
  );
});

function lineAt(lines: readonly string[], offset: number): number {
  let end = 0;
  return lines.findIndex(line => {
    end += Buffer.byteLength(line) + 1;
    return offset < end;
  });
}

test('any rubbish in the folder leaves the journal usable', async t => {
  const { dir, open, names, writeLines } = await makeJournalHarness(t);
  const anyLine = fc.oneof(
    fc.string({ maxLength: 60 }).map(text => text.replaceAll('\n', ' ')),
    fc.json({ maxDepth: 2 }),
    fc.constantFrom('null', '[]', '{}', '{"mac":""}', `{"j":1,"mac":"${'A'.repeat(43)}"}`, '\0\0\0'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyLine, { maxLength: 8 }), async rubbish => {
      for (const name of await names()) await rm(join(dir, name));
      await writeLines(rubbish);
      const { journal, events } = await open();
      assert.deepEqual(events, []);
      const own = await journal.append(of(one, created));
      await journal.close();
      const again = await open();
      assert.deepEqual(again.events.slice(-1), own);
      await again.journal.close();
    }),
    { numRuns: 30 },
  );
});
