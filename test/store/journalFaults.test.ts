import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DockError } from '../../src/contracts/errors.ts';
import { realFileOps } from '../../src/store/fileOps.ts';
import { created, of, queued, threadId } from './changes.ts';
import { countingOps, makeJournalHarness } from './journalHarness.ts';
import { mountedFolder, noMounts, temporaryFolder } from './temporaryFolder.ts';

const one = threadId(1);
const long = 'x'.repeat(50_000);

function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

test('a short write is taken back before the next append', async t => {
  const { open, lines } = await makeJournalHarness(t);
  let room = Number.POSITIVE_INFINITY;
  const { ops } = countingOps({
    write: (fd, data, offset, position) => {
      if (room <= 0) throw diskError('ENOSPC');
      const part = data.subarray(0, Math.min(data.length, offset + room));
      room -= part.length - offset;
      return realFileOps.write(fd, part, offset, position);
    },
  });
  const { journal } = await open({ ops });
  const kept = await journal.append(of(one, created));
  const before = await lines();
  room = 100;
  await assert.rejects(journal.append(of(one, queued('t1', long))), (error: unknown) => {
    assert.ok(error instanceof DockError);
    assert.equal(error.code, 'storage_unavailable');
    assert.match(error.hint ?? '', /space/);
    return true;
  });
  assert.deepEqual(await lines(), before);
  assert.equal(journal.readOnly, undefined);
  room = Number.POSITIVE_INFINITY;
  const next = await journal.append(of(one, queued('t2')));
  await journal.close();
  const again = await open();
  assert.deepEqual(again.events, [...kept, ...next]);
  assert.deepEqual(again.damage, []);
});

test('a short write that cannot be taken back stops all writing', async t => {
  const { open } = await makeJournalHarness(t);
  let fails = false;
  const { ops } = countingOps({
    write: (fd, data, offset, position) => {
      if (!fails) return realFileOps.write(fd, data, offset, position);
      realFileOps.write(fd, data.subarray(0, 20), offset, position);
      throw diskError('EIO');
    },
    truncate: (fd, length) => {
      if (fails) throw diskError('EIO');
      realFileOps.truncate(fd, length);
    },
  });
  const { journal } = await open({ ops });
  const kept = await journal.append(of(one, created));
  fails = true;
  await assert.rejects(journal.append(of(one, queued('t1'))), { code: 'storage_unavailable' });
  fails = false;
  await assert.rejects(journal.append(of(one, queued('t2'))), { code: 'storage_unavailable' });
  assert.equal(journal.readOnly?.code, 'storage_unavailable');
  await journal.close();
  const again = await open();
  assert.deepEqual(again.events, kept);
  assert.deepEqual(
    again.damage.map(({ kind }) => kind),
    ['torn'],
  );
});

test('a failed fsync makes the journal read-only and is never tried again as a success', async t => {
  const { open } = await makeJournalHarness(t);
  let fails = false;
  let tries = 0;
  const { ops } = countingOps({
    datasync: async fd => {
      tries += 1;
      if (fails) throw diskError('EIO');
      await realFileOps.datasync(fd);
    },
  });
  const { journal, durable } = await open({ ops });
  const kept = await journal.append(of(one, created));
  fails = true;
  const triesBefore = tries;
  const refused = [journal.append(of(one, queued('t1'))), journal.append(of(one, queued('t2')))];
  for (const append of refused)
    await assert.rejects(append, { code: 'storage_unavailable', retryable: false });
  fails = false;
  await assert.rejects(journal.append(of(one, queued('t3'))), { code: 'storage_unavailable' });
  assert.equal(tries, triesBefore + 1);
  assert.deepEqual(durable, kept);
  assert.match(journal.readOnly?.hint ?? '', /start the host again/);
  await journal.close();
  assert.deepEqual((await open()).events, kept);
});

test('a lock that somebody else has taken stops all writing', async t => {
  const { open, lines } = await makeJournalHarness(t);
  let holder: 'ours' | 'other' = 'ours';
  const { journal } = await open({ lockHolder: async () => holder });
  await journal.append(of(one, created));
  const before = await lines();
  holder = 'other';
  await assert.rejects(journal.append(of(one, queued('t1'))), { code: 'conflict', retryable: false });
  assert.deepEqual(await lines(), before);
  holder = 'ours';
  await assert.rejects(journal.append(of(one, queued('t1'))), { code: 'conflict' });
});

test('a disk that is really full refuses, loses nothing, and is used again when there is room', {
  skip: noMounts,
}, async t => {
  const dir = await mountedFolder(t, '256k');
  const { open } = await makeJournalHarness(t);
  await mkdir(join(dir, 'journal'));
  const ballast = join(dir, 'ballast');
  const options = { dir: join(dir, 'journal') };
  const { journal } = await open(options);
  const kept = await journal.append(of(one, created));
  await writeFile(ballast, Buffer.alloc(180 * 1024));
  const file = join(dir, 'journal', '1.jsonl');
  const size = (await stat(file)).size;
  await assert.rejects(journal.append(of(one, queued('t1', long), queued('t2', long))), {
    code: 'storage_unavailable',
    retryable: true,
  });
  assert.equal((await stat(file)).size, size);
  await rm(ballast);
  const next = await journal.append(of(one, queued('t1', long)));
  await journal.close();
  const again = await open(options);
  assert.deepEqual(again.events, [...kept, ...next]);
  assert.deepEqual(again.damage, []);
  await again.journal.close();
});

test('a file size limit of the process refuses in the same way', {
  skip: process.platform === 'linux' ? false : 'prlimit is Linux only',
}, async t => {
  const dir = await temporaryFolder(t);
  const script = fileURLToPath(import.meta.resolve('./limitedJournal.ts'));
  const { stdout } = await promisify(execFile)(process.execPath, [script, dir], { timeout: 30_000 });
  assert.deepEqual(JSON.parse(stdout), { code: 'storage_unavailable', whole: true, next: true });
  assert.match(await readFile(join(dir, '1.jsonl'), 'utf8'), /"mac":"[\w-]{43}"\}\n$/);
});

test('a journal folder that cannot be written is opened for reading', {
  skip: noMounts,
}, async t => {
  const dir = await mountedFolder(t, '1m');
  const { open } = await makeJournalHarness(t);
  const first = await open({ dir });
  const kept = await first.journal.append(of(one, created));
  await first.journal.close();
  execFileSync('mount', ['-o', 'remount,ro', dir]);
  const { journal, events } = await open({ dir });
  assert.deepEqual(events, kept);
  assert.equal(journal.readOnly?.code, 'storage_unavailable');
  assert.match(journal.readOnly?.hint ?? '', /read-only/);
  await assert.rejects(journal.append(of(one, queued('t1'))), { code: 'storage_unavailable' });
  await journal.close();
});
