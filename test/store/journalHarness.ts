import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JournalEvent } from '../../src/contracts/journalEvent.ts';
import type { Damage } from '../../src/store/damage.ts';
import { type FileOps, realFileOps } from '../../src/store/fileOps.ts';
import type { Journal } from '../../src/store/journal.ts';
import type { JournalEntry } from '../../src/store/journalEntry.ts';
import { type OpenJournalOptions, openJournal } from '../../src/store/openJournal.ts';
import { SeqCounter } from '../../src/store/seqCounter.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export const key = Buffer.alloc(32, 7);

export interface OpenResult {
  readonly journal: Journal;
  /** What the journal held. */
  readonly entries: readonly JournalEntry[];
  readonly events: readonly JournalEvent[];
  readonly damage: readonly Damage[];
  /** What became durable since. */
  readonly durable: readonly JournalEvent[];
}

/** A journal folder that can be opened again and again, and looked at and changed from outside. */
export async function makeJournalHarness(t: TestContext) {
  const opened: Journal[] = [];
  // Runs before the folder is removed: the first to be registered is the first to run.
  t.after(async () => {
    for (const journal of opened) await journal.close();
  });
  const dir = await temporaryFolder(t);

  async function open(options: Partial<OpenJournalOptions> = {}): Promise<OpenResult> {
    const entries: JournalEntry[] = [];
    const damage: Damage[] = [];
    const durable: JournalEvent[] = [];
    const seqs = new SeqCounter(() => 0);
    const { journal } = await openJournal({
      dir,
      key,
      report: one => damage.push(one),
      nextSeq: thread => seqs.next(thread),
      onEntry: entry => entries.push(entry),
      onDurable: events => durable.push(...events),
      onRefused: () => undefined,
      lockHolder: async () => 'ours',
      recover: async () => {
        throw new Error('Expected the state to stay where it is');
      },
      ...options,
    });
    opened.push(journal);
    const events = entries.flatMap(entry => (entry.kind === 'events' ? entry.events : []));
    return { journal, entries, events, damage, durable };
  }

  const file = (segment = 1) => join(dir, `${segment}.jsonl`);
  return {
    dir,
    open,
    file,
    lines: async (segment = 1) => (await readFile(file(segment), 'utf8')).split('\n').slice(0, -1),
    writeLines: (lines: readonly string[], segment = 1) => writeFile(file(segment), `${lines.join('\n')}\n`),
    names: async () => (await readdir(dir)).sort(),
  };
}

/** The real calls, with some replaced, and a count of the syncs. */
export function countingOps(replaced: Partial<FileOps> = {}): { readonly ops: FileOps; syncs: number } {
  const counter = {
    syncs: 0,
    ops: {
      ...realFileOps,
      datasync: async (fd: number) => {
        counter.syncs += 1;
        await realFileOps.datasync(fd);
      },
      ...replaced,
    },
  };
  return counter;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
