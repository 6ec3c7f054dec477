import { randomBytes } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DockError } from '../contracts/errors.ts';
import { stateVersion } from '../contracts/journalEvent.ts';
import { storageError } from '../core/storageError.ts';
import { writeFileAtomic } from './atomicFile.ts';
import type { ReportDamage } from './damage.ts';
import { realFileOps } from './fileOps.ts';
import { Journal, type JournalOptions } from './journal.ts';
import type { JournalEntry } from './journalEntry.ts';
import { asideName, JournalFile } from './journalFile.ts';
import { encodeLine } from './journalLine.ts';
import { type JournalPosition, positionFits, type ScanResult, scanJournal } from './journalScan.ts';
import { nextFreeSegment, readSegment, segmentName } from './journalSegments.ts';

export interface OpenJournalOptions extends Omit<JournalOptions, 'ops' | 'segmentBytes'> {
  /** Where an index that is up to date ends: only what follows is read. */
  readonly from?: JournalPosition | undefined;
  /** Why nothing may be written, when that is known already. */
  readonly readOnly?: DockError | undefined;
  /** What the journal says from `from` on, in order. */
  readonly onEntry: (entry: JournalEntry, gseq: number) => void;
  readonly ops?: JournalOptions['ops'];
  readonly segmentBytes?: number;
}

export interface OpenedJournal {
  readonly journal: Journal;
  /** False when `from` did not fit and all was read from the start. */
  readonly fromFitted: boolean;
  /** Highest number found in the journal itself. */
  readonly foundGseq: number;
}

/** Numbers that may have been in an unreadable end; far fewer can have been. */
const unclearNumbers = 1_000_000;
const defaultSegmentBytes = 8 * 1024 * 1024;

/** Reads and checks the journal, cuts a torn tail off, and opens it for appending under a new epoch. */
export async function openJournal(options: OpenJournalOptions): Promise<OpenedJournal> {
  const { dir, key, report, onEntry } = options;
  const fits = options.from !== undefined && (await positionFits(dir, options.from));
  const from = fits ? options.from : undefined;
  const scan = await scanJournal({ dir, key, from, journal: options.from?.journal, onEntry, report });
  const readOnly = options.readOnly ?? (scan.newer ? newerError() : scan.unreadable);
  const position: JournalPosition = {
    journal: scan.journal ?? randomBytes(9).toString('base64url'),
    segment: scan.last?.segment ?? 0,
    offset: scan.last?.finished ?? 0,
    mac: scan.mac,
    gseq: Math.max(scan.gseq, options.from?.gseq ?? 0) + (scan.unclearEnd ? unclearNumbers : 0),
    // The clock keeps it rising even when all state was removed between two hosts.
    epoch: Math.max(scan.epoch + 1, (options.from?.epoch ?? 0) + 1, Math.floor(Date.now() / 1000)),
  };
  const full = {
    ...options,
    ops: options.ops ?? realFileOps,
    segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
  };
  const start =
    readOnly === undefined
      ? await openEnd(full, scan, position).catch((cause: unknown) => ({
          position,
          file: undefined,
          readOnly: storageError('open the journal in', dir, cause),
        }))
      : { position, file: undefined, readOnly };
  const journal = new Journal(full, start);
  // On a full disk the mark is refused, but later appends may succeed: that is theirs to say.
  if (start.readOnly === undefined) await journal.markOpened().catch(() => undefined);
  return { journal, fromFitted: fits, foundGseq: scan.gseq };
}

async function openEnd(
  { dir, key, report, ops }: Pick<JournalOptions, 'dir' | 'key' | 'ops'> & { readonly report: ReportDamage },
  { last }: ScanResult,
  position: JournalPosition,
): Promise<{ position: JournalPosition; file: JournalFile; readOnly: undefined }> {
  if (last !== undefined) {
    const path = join(dir, segmentName(last.segment));
    if (last.size > last.finished) {
      const torn = await readSegment(dir, last.segment, last.finished);
      const keptAs = asideName(path, 'torn');
      await writeFileAtomic(keptAs, torn, { fsync: true });
      await truncate(path, last.finished);
      report({
        kind: 'torn',
        file: `journal/${basename(path)}`,
        message: `An unfinished end of ${torn.length} bytes was cut off`,
        keptAs: `journal/${basename(keptAs)}`,
      });
    }
    return { position, file: await JournalFile.open(path, last.finished, ops), readOnly: undefined };
  }
  const segment = await nextFreeSegment(dir, 0);
  const { journal, gseq, epoch } = position;
  const at = new Date().toISOString();
  const head = { v: stateVersion, epoch, gseq, at, type: 'segment', segment };
  const { text, mac } = encodeLine(key, journal, position.mac, head);
  const file = await JournalFile.create(join(dir, segmentName(segment)), text, ops);
  return { position: { ...position, segment, offset: file.size, mac }, file, readOnly: undefined };
}

function newerError(): DockError {
  return new DockError('version_mismatch', 'The state was written by a newer AgentDock', {
    hint: 'Update AgentDock. Until then the state can only be read.',
  });
}
