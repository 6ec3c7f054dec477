// Run by a test as a process of its own: limits the size of its own files, then appends too much.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toToolError } from '../../src/contracts/errors.ts';
import { openJournal } from '../../src/store/openJournal.ts';
import { SeqCounter } from '../../src/store/seqCounter.ts';
import { created, of, queued, threadId } from './changes.ts';

const dir = process.argv[2] ?? '';
const seqs = new SeqCounter(() => 0);
const { journal } = await openJournal({
  dir,
  key: Buffer.alloc(32, 7),
  report: () => undefined,
  nextSeq: thread => seqs.next(thread),
  onEntry: () => undefined,
  onDurable: () => undefined,
  onRefused: () => undefined,
  lockHolder: async () => 'ours',
  recover: async () => [],
});
const one = threadId(1);
await journal.append(of(one, created));
const before = readFileSync(join(dir, '1.jsonl'), 'utf8');
execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=20000:20000']);
const code = await journal.append(of(one, queued('t1', 'x'.repeat(30_000)))).then(
  () => 'none',
  (error: unknown) => toToolError(error).code,
);
const whole = readFileSync(join(dir, '1.jsonl'), 'utf8') === before;
const next = await journal.append(of(one, queued('t2'))).then(
  () => true,
  () => false,
);
await journal.close();
process.stdout.write(JSON.stringify({ code, whole, next }));
